import type { Command } from 'commander';
import { FirstAdmin } from '../features/administration';
import { MailSettings } from '../platform/mail';
import { normaliseEmail } from '../users';
import { contexts } from './contexts';
import { type CommandRunner, UsageError } from './command-runner';
import { printable } from './terminal';

const HELP = `
Somebody who has a verified account becomes an admin at once. Anybody else is invited: by mail, and with the link that
is printed here, which whoever has it can use once to choose a password.`;

export function addAdmin(program: Command, run: CommandRunner): void {
  program
    .command('admin:create')
    .description('make somebody an admin, who may do everything')
    .requiredOption('--email <address>', 'of the account, or to invite')
    .option('--name <name>', 'to be called by, where the account is new')
    .addHelpText('after', HELP)
    .action(async ({ email: given, name }: { email: string; name?: string }) => {
      const email = normaliseEmail(given);
      if (!email) throw new UsageError(`${printable(given)} is no e-mail address.`);
      await run(contexts.readyApplication, async (context) => {
        const made = await context.get(FirstAdmin, { strict: false }).create(email, name ?? null);
        const { id } = made.user;
        if (!made.token) {
          const text = `${printable(email)} is an admin now, from the next refresh or sign-in on.\n`;
          return { data: { id, email, invited: false }, text };
        }
        const link = context.get(MailSettings, { strict: false }).linkWith(made.token.token);
        const until = made.token.expiresAt.toISOString();
        const text = `${printable(email)} is invited, until ${until}. Choose the password at\n${link}\n`;
        return { data: { id, email, invited: true, link, expiresAt: until }, text };
      });
    });
}
