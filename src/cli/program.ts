import { Command } from 'commander';
import { type CommandRegistrar, type OutputStreams, registeredCommands } from '../platform/commands';
import { addDatabase } from './database.commands';
import { addDoctor } from './doctor.commands';
import { addFactors } from './factors.commands';
import { addKeys } from './keys.commands';
import { createRunner } from './command-runner';
import { addSessions } from './sessions.commands';
import { addUsers } from './users.commands';
import { addContract } from './contract.commands';

const CORE_COMMANDS: readonly CommandRegistrar[] = [
  addDatabase,
  addDoctor,
  addKeys,
  addSessions,
  addUsers,
  addFactors,
  addContract,
];

const EXIT_CODES = `
Exit codes:
  0  done
  1  failed, or done in part: the output says what failed and what to do
  2  not understood: no such command or option, or an argument is missing`;

/**
 * The command line with the commands of the core and those that modules register.
 * @param done receives whether the command has failed in part; not called where it throws
 */
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
  for (const add of [...CORE_COMMANDS, ...registeredCommands()]) add(program, run, streams);
  return program;
}
