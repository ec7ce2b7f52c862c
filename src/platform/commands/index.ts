export {
  type CommandRegistrar,
  type CommandReport,
  type CommandRunner,
  type CommandWork,
  type ContextFactory,
  type OutputStreams,
  type ProgressReporter,
  UsageError,
} from './command';
export { CommandsModule, registeredCommands } from './commands.module';
export { formatTable, jsonLine, printable, printableLines } from './terminal';
