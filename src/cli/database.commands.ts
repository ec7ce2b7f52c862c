import type { Command } from 'commander';
import { type CommandRunner } from '../platform/commands';
import { MigrationRunner } from '../platform/database';
import { contexts } from './contexts';

export function addDatabase(program: Command, run: CommandRunner): void {
  program
    .command('db:migrate')
    .description('bring the database schema up to date; several processes at once take turns')
    .action(async () =>
      run(contexts.migration, async (context) => {
        const applied = context.get(MigrationRunner, { strict: false }).appliedHere;
        const lines = [...applied.map((name) => `applied ${name}`), 'The schema is up to date.'];
        return { data: { applied }, text: `${lines.join('\n')}\n` };
      }),
    );
}
