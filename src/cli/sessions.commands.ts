import type { INestApplicationContext } from '@nestjs/common';
import { type Command, Option } from 'commander';
import {
  type CommandReport,
  type CommandRunner,
  printable,
  type ProgressReporter,
  UsageError,
} from '../platform/commands';
import { Database } from '../platform/database';
import { EventBus } from '../platform/events';
import { SessionsRevoked, SessionsService, SignedInUsers } from '../sessions';
import { namedUser } from './named-user';

const PROGRESS_USERS = 500;
const BY_COMMAND = { command: 'sessions:end' };

interface EndOptions {
  readonly user?: string;
  readonly all?: boolean;
  readonly yes?: boolean;
}

export function addSessions(program: Command, run: CommandRunner): void {
  program
    .command('sessions:end')
    .description('sign out one user or all users, on every running instance immediately')
    .addOption(new Option('--user <user>', 'by id or e-mail address').conflicts('all'))
    .option('--all', 'every user who is signed in; needs --yes')
    .option('--yes', 'confirms that all users are meant')
    .action(async ({ user, all = false, yes = false }: EndOptions) => {
      if (user === undefined && !all)
        throw new UsageError('Name the user with --user <id or address>, or use --all.');
      if (all && !yes)
        throw new UsageError('This signs out every user who is signed in.\n  → add --yes to confirm');
      await run('application', async (context, progress) =>
        user === undefined ? endAll(context, progress) : endOf(context, user),
      );
    });
}

async function endOf(context: INestApplicationContext, which: string): Promise<CommandReport> {
  const user = await namedUser(context, which);
  await endAllOf(context, user.id);
  return { data: { users: 1 }, text: `${printable(user.email)} is signed out everywhere.\n` };
}

async function endAll(context: INestApplicationContext, progress: ProgressReporter): Promise<CommandReport> {
  let users = 0;
  for await (const id of context.get(SignedInUsers, { strict: false }).ids()) {
    await endAllOf(context, id);
    if (++users % PROGRESS_USERS === 0) progress(`${users} users are signed out`);
  }
  return { data: { users }, text: `${users} users are signed out everywhere.\n` };
}

async function endAllOf(context: INestApplicationContext, userId: string): Promise<void> {
  const [database, sessions, events] = [
    context.get(Database, { strict: false }),
    context.get(SessionsService, { strict: false }),
    context.get(EventBus, { strict: false }),
  ];
  await database.transaction(async () => {
    await sessions.revokeAllOf(userId);
    await events.publish(new SessionsRevoked({ subjectId: userId, details: BY_COMMAND }));
  });
}
