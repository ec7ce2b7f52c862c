import type { INestApplicationContext } from '@nestjs/common';
import type { Command } from 'commander';
import type { CommandContext } from './contexts';
import { jsonLine, printable } from './terminal';

/** What a command has to say: the same for programs and for people. */
export interface CommandReport {
  readonly data: object;
  /** Whole lines; what comes from elsewhere has gone through `printable`. */
  readonly text: string;
  /** The work was done as far as it could be, and that is not all of it: exit code 1. */
  readonly failed?: boolean;
  /** It has written what there is to say itself, as it went. */
  readonly isWritten?: boolean;
}

/** Tells people, on the standard error, how far long work has come; programs are told at the end. */
export type ProgressReporter = (line: string) => void;

type Work = (context: INestApplicationContext, progress: ProgressReporter) => Promise<CommandReport>;

/** Does a command's work in a context of its own, which is closed before the report is printed. */
export type CommandRunner = (context: CommandContext, work: Work) => Promise<void>;

/** The command was called in a way that makes no sense; exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Where a command writes: a process, or what a test puts in its place. */
export interface OutputStreams {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

export function createRunner(
  program: Command,
  { stdout, stderr }: OutputStreams,
  done: (failed: boolean) => void,
): CommandRunner {
  return async (context, work) => {
    const { json = false } = program.opts<{ json?: boolean }>();
    const progress: ProgressReporter = (line) => void (json || stderr.write(`${printable(line)}\n`));
    const {
      data,
      text,
      failed = false,
      isWritten = false,
    } = await reportOf(await context(), async (app) => work(app, progress));
    if (!isWritten) stdout.write(json ? jsonLine(data) : text);
    done(failed);
  };
}

async function reportOf(
  app: INestApplicationContext,
  work: (app: INestApplicationContext) => Promise<CommandReport>,
): Promise<CommandReport> {
  let report: CommandReport;
  try {
    report = await work(app);
  } catch (error) {
    // Whatever its end meets: the reason is the first one.
    await app.close().catch(() => undefined);
    throw error;
  }
  await app.close();
  return report;
}
