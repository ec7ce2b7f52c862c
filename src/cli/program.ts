import { Command } from 'commander';
import { addAdmin } from './admin.commands';
import { addAudit } from './audit.commands';
import { addDatabase } from './database.commands';
import { addDoctor } from './doctor.commands';
import { addKeys } from './keys.commands';
import { type Run, runOn, type Streams } from './run';
import { addSessions } from './sessions.commands';
import { addUsers } from './users.commands';
import { addWritten } from './written.commands';

/** What each adds is in the help and, a test sees to it, in docs/operations.md. */
const COMMANDS: readonly ((program: Command, run: Run, streams: Streams) => void)[] = [
  addAdmin,
  addAudit,
  addDatabase,
  addDoctor,
  addKeys,
  addSessions,
  addUsers,
  addWritten,
];

const EXIT_CODES = `
Exit codes:
  0  done
  1  failed, or done in part: the words say what, and what to do
  2  not understood: no such command or option, or an argument is missing`;

/** @param done is told how it went, unless it throws */
export function buildProgram(streams: Streams, done: (failed: boolean) => void = () => undefined): Command {
  const program = new Command('gatehouse')
    .description('Operator commands: npm run cli -- <command>')
    .option(
      '--json',
      'one JSON document on the standard output; failures as {"error": …} on the standard error',
    )
    .addHelpText('after', EXIT_CODES)
    .showHelpAfterError()
    .exitOverride();
  const run = runOn(program, streams, done);
  for (const add of COMMANDS) add(program, run, streams);
  return program;
}
