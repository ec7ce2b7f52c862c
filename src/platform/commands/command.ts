import type { INestApplicationContext } from '@nestjs/common';
import type { Command } from 'commander';

/** The result of a command, for programs and for people. */
export interface CommandReport {
  readonly data: object;
  /** Whole lines; text of others in it has gone through `printable`. */
  readonly text: string;
  /** Only a part of the work could be done: exit code 1. */
  readonly failed?: boolean;
  /** The command has written its output itself. */
  readonly isWritten?: boolean;
}

/** Writes the progress of long work to the standard error, for people; programs get the report at the end. */
export type ProgressReporter = (line: string) => void;

/** Creates what a command works with; the runner closes it. */
export type ContextFactory = () => Promise<INestApplicationContext>;

/**
 * `application`: every provider is created, and no init hook runs. `readyApplication`: the init hooks have run as well, for commands that
 * hash a password or send a mail, which need the keys. `moduleGraph`: all modules without a provider, for commands that need neither
 * settings nor a database.
 */
export type ApplicationContextName = 'application' | 'readyApplication' | 'moduleGraph';

export type CommandWork = (
  context: INestApplicationContext,
  progress: ProgressReporter,
) => Promise<CommandReport>;

/** Runs the work of a command in a context of its own, which is closed before the report is written. */
export type CommandRunner = (
  context: ApplicationContextName | ContextFactory,
  work: CommandWork,
) => Promise<void>;

/** The output of a command: a process, or what a test puts in its place. */
export interface OutputStreams {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

export type CommandRegistrar = (program: Command, run: CommandRunner, streams: OutputStreams) => void;

/** The arguments of a command are invalid: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
