import type { INestApplicationContext } from '@nestjs/common';
import type { Command } from 'commander';
import {
  type CommandReport,
  type CommandRunner,
  type CommandWork,
  jsonLine,
  type OutputStreams,
  printable,
  type ProgressReporter,
} from '../platform/commands';
import { contexts } from './contexts';

/** @param done receives whether the command has failed in part */
export function createRunner(
  program: Command,
  { stdout, stderr }: OutputStreams,
  done: (failed: boolean) => void,
): CommandRunner {
  return async (context, work) => {
    const { json = false } = program.opts<{ json?: boolean }>();
    const progress: ProgressReporter = (line) => void (json || stderr.write(`${printable(line)}\n`));
    const create = typeof context === 'string' ? contexts[context] : context;
    const report = await reportOf(await create(), async (app) => work(app, progress));
    if (!report.isWritten) stdout.write(json ? jsonLine(report.data) : report.text);
    done(report.failed ?? false);
  };
}

async function reportOf(
  app: INestApplicationContext,
  work: (app: INestApplicationContext) => ReturnType<CommandWork>,
): Promise<CommandReport> {
  let report: CommandReport;
  try {
    report = await work(app);
  } catch (error) {
    // An error while closing must not replace the first one.
    await app.close().catch(() => undefined);
    throw error;
  }
  await app.close();
  return report;
}
