import { Command } from 'commander';
import { addAdmin } from './admin.commands';
import { addAudit } from './audit.commands';
import { addDatabase } from './database.commands';
import { addDoctor } from './doctor.commands';
import { addKeys } from './keys.commands';
import { type CommandRunner, createRunner, type OutputStreams } from './command-runner';
import { addSessions } from './sessions.commands';
import { addUsers } from './users.commands';
import { addContract } from './contract.commands';

/** What each adds is in the help and, a test sees to it, in docs/operations.md. */
const COMMANDS: readonly ((program: Command, run: CommandRunner, streams: OutputStreams) => void)[] = [
  addAdmin,
  addAudit,
  addDatabase,
  addDoctor,
  addKeys,
  addSessions,
  addUsers,
  addContract,
];

const EXIT_CODES = `
Exit codes:
  0  done
  1  failed, or done in part: the words say what, and what to do
  2  not understood: no such command or option, or an argument is missing`;

/** @param done is told how it went, unless it throws */
export function buildProgram(
  streams: OutputStreams,
  done: (failed: boolean) => void = () => undefined,
): Command {
  const program = new Command('gatehouse')
    .description('Operator commands: npm run cli -- <command>')
    .option(
      '--json',
      'one JSON document on the standard output; failures as {"error": …} on the standard error',
    )
    .addHelpText('after', EXIT_CODES)
    .showHelpAfterError()
    .exitOverride();
  const run = createRunner(program, streams, done);
  for (const add of COMMANDS) add(program, run, streams);
  return program;
}
