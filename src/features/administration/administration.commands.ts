import type { Command } from 'commander';
import { type CommandRunner, printable, UsageError } from '../../platform/commands';
import { MailSettings } from '../../platform/mail';
import { normaliseEmail } from '../../users';
import { FirstAdmin } from './first-admin';

const HELP = `
A user with a verified account becomes an admin at once. Any other address is invited: by mail, and with the link that is
printed here, which works once for anyone who has it.`;

export function addAdministrationCommands(program: Command, run: CommandRunner): void {
  program
    .command('admin:create')
    .description('make a user an admin, with every permission')
    .requiredOption('--email <address>', 'of the account, or to invite')
    .option('--name <name>', 'the display name of a new account')
    .addHelpText('after', HELP)
    .action(async ({ email: given, name }: { email: string; name?: string }) => {
      const email = normaliseEmail(given);
      if (!email) throw new UsageError(`${printable(given)} is not an e-mail address.`);
      await run('readyApplication', async (context) => {
        const made = await context.get(FirstAdmin, { strict: false }).create(email, name ?? null);
        const { id } = made.user;
        if (!made.token) {
          const text = `${printable(email)} is an admin from the next refresh or sign-in on.\n`;
          return { data: { id, email, invited: false }, text };
        }
        const link = context.get(MailSettings, { strict: false }).linkWith(made.token.token);
        const until = made.token.expiresAt.toISOString();
        const text = `${printable(email)} is invited, until ${until}. Choose the password at\n${link}\n`;
        return { data: { id, email, invited: true, link, expiresAt: until }, text };
      });
    });
}
