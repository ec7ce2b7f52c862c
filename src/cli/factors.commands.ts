import type { Command } from 'commander';
import { FactorReset, Factors } from '../auth';
import { type CommandRunner, formatTable, printable, UsageError } from '../platform/commands';
import { isPlainText } from '../platform/http';
import { namedUser } from './named-user';

const REASON = { maxLength: 500 } as const;

const HELP = `
For a user who has lost the second factor and the recovery codes. It removes them, the password, known devices and all
sessions, and mails a link that sets a new password. First make sure that it is the user who asks: any person who reads the mails
of the account can sign in afterwards. The reason is recorded in the audit trail.`;

export function addFactors(program: Command, run: CommandRunner): void {
  addList(program, run);
  addReset(program, run);
}

function addList(program: Command, run: CommandRunner): void {
  program
    .command('users:factors <user>')
    .description('list the second factors of a user, by id or e-mail address')
    .action(async (which: string) =>
      run('readyApplication', async (context) => {
        const { id, email } = await namedUser(context, which);
        const service = context.get(Factors, { strict: false });
        const recoveryCodesLeft = await service.recoveryCodesLeftOf(id);
        const factors = (await service.list(id)).map(({ kind, createdAt, lastUsedAt }) => ({
          kind,
          createdAt,
          lastUsedAt,
        }));
        const rows = factors.map(({ kind, createdAt, lastUsedAt }) => [
          kind,
          `added ${createdAt.toISOString()}`,
          lastUsedAt ? `last used ${lastUsedAt.toISOString()}` : 'never used',
        ]);
        const text =
          rows.length > 0
            ? `${formatTable(rows)}${recoveryCodesLeft} recovery codes are left.\n`
            : `${printable(email)} has no second factor.\n`;
        return { data: { id, email, factors, recoveryCodesLeft }, text };
      }),
    );
}

function addReset(program: Command, run: CommandRunner): void {
  program
    .command('users:factors:reset <user>')
    .description('remove the lost second factors of a user, void the password, and mail a link to set one')
    .requiredOption('--reason <text>', 'why, for the audit trail')
    .addHelpText('after', HELP)
    .action(async (which: string, { reason }: { reason: string }) => {
      if (!isPlainText(reason, REASON))
        throw new UsageError(
          `Use a reason of 1 to ${REASON.maxLength} characters without control characters.`,
        );
      await run('readyApplication', async (context) => {
        const { id, email } = await namedUser(context, which);
        const removed = await context.get(FactorReset, { strict: false }).reset(id, reason);
        const text = `${removed} factors of ${printable(email)} were removed. A link to set a new password is mailed.\n`;
        return { data: { id, email, removed }, text };
      });
    });
}
