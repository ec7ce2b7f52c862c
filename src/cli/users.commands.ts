import { type Command, InvalidArgumentError, Option } from 'commander';
import { type CommandRunner, formatTable, printable } from '../platform/commands';
import { type User, UserSearch, type UserStatus } from '../users';
import { importUsers } from './user-import';

interface ListOptions {
  readonly email?: string;
  readonly status?: UserStatus;
  readonly role?: string;
  readonly limit: number;
}

const FORMAT = `
One user per line, as JSON:
  {"email":"ada@example.com","passwordHash":"$2b$12$…","displayName":"Ada","emailVerified":true}
displayName and emailVerified (default: false) are optional; passwordHash is a bcrypt hash. A line that cannot be imported
is reported with its number and skipped. Exit code 1 means that at least one line was skipped.`;

export function addUsers(program: Command, run: CommandRunner): void {
  addList(program, run);
  addImport(program, run);
}

function addList(program: Command, run: CommandRunner): void {
  program
    .command('users:list')
    .description('list users, the newest first')
    .option('--email <text>', 'only users whose address contains this text')
    .addOption(new Option('--status <status>', 'only users with this status').choices(['active', 'disabled']))
    .option('--role <role>', 'only users with this role')
    .option('--limit <n>', 'the maximum number of users', integerBetween(1, 10_000), 20)
    .action(async ({ email: emailPart, ...options }: ListOptions) =>
      run('application', async (context) => {
        const found = await context.get(UserSearch, { strict: false }).find({ ...options, emailPart });
        const text = found.length > 0 ? formatTable(found.map(rowOf)) : 'There are none.\n';
        return { data: { users: found.map(shown) }, text };
      }),
    );
}

function addImport(program: Command, run: CommandRunner): void {
  program
    .command('users:import <file>')
    .description('import users with the bcrypt hashes of an older system; - reads the standard input')
    .option('--dry-run', 'report what would be imported, and write nothing')
    .addHelpText('after', FORMAT)
    .action(async (file: string, { dryRun = false }: { dryRun?: boolean }) =>
      run('application', async (context, progress) => {
        const result = await importUsers(context, { file, dryRun }, progress);
        const done = dryRun ? 'could be imported; nothing was written' : 'were imported';
        const text = `${result.imported} users ${done}. ${result.refusedCount} lines were refused.\n`;
        return {
          data: { ...result, dryRun },
          text: printable(text.trim()) + '\n',
          failed: result.refusedCount > 0,
        };
      }),
    );
}

function shown({ id, email, emailVerified, displayName, status, roles, createdAt }: User): object {
  return { id, email, emailVerified, displayName, status, roles, createdAt };
}

function rowOf({ id, email, emailVerified, status, roles, createdAt }: User): string[] {
  const verified = emailVerified ? 'verified' : 'unverified';
  return [id, email, verified, status, createdAt.toISOString(), roles.join(',')];
}

/** Parses an option that is an integer. */
function integerBetween(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Use a whole number from ${min} to ${max}.`);
  };
}
