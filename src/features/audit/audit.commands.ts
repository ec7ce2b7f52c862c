import type { INestApplicationContext } from '@nestjs/common';
import type { Command } from 'commander';
import {
  type CommandReport,
  type CommandRunner,
  jsonLine,
  type OutputStreams,
  printable,
  type ProgressReporter,
  UsageError,
} from '../../platform/commands';
import { AuditExport, type AuditPeriod } from './audit-export';
import { type AuditReport, AuditVerification } from './audit-verification';
import { parseInstant } from './instant';

interface VerifyOptions {
  readonly checkpoint: readonly string[];
}

interface ExportOptions {
  readonly from?: string;
  readonly to?: string;
}

export function addAuditCommands(program: Command, run: CommandRunner, { stdout }: OutputStreams): void {
  program
    .command('audit:verify')
    .description('verify the audit trail; exit code 1 where it was tampered with')
    .option('--checkpoint <checkpoint>', 'as a log has it; may be given more than once', collected, [])
    .action(async ({ checkpoint }: VerifyOptions) =>
      run('application', async (context, progress) => verify(context, checkpoint, progress)),
    );
  program
    .command('audit:export')
    .description('the audit trail as JSON lines, the oldest event first')
    .option('--from <instant>', 'RFC 3339, inclusive')
    .option('--to <instant>', 'RFC 3339, exclusive')
    .action(async (options: ExportOptions) => {
      const period = { from: instant(options.from), to: instant(options.to) };
      await run('application', async (context) => exportTo(stdout, context, period));
    });
}

function collected(value: string, former: readonly string[]): readonly string[] {
  return [...former, value];
}

function instant(text: string | undefined): Date | undefined {
  const at = text === undefined ? undefined : parseInstant(text);
  if (text !== undefined && !at)
    throw new UsageError(`${printable(text ?? '')} is not an instant: use the form 2026-01-31T12:00:00Z.`);
  return at;
}

async function verify(
  context: INestApplicationContext,
  checkpoints: readonly string[],
  progress: ProgressReporter,
): Promise<CommandReport> {
  const report = await context
    .get(AuditVerification, { strict: false })
    .verify(checkpoints, (rows) => progress(`${rows} rows`));
  return { data: report, text: wordsFor(report), failed: !report.intact };
}

function wordsFor({ finding, rows, unsealed, erased }: AuditReport): string {
  const counts = `${rows} rows in the chain, ${unsealed} not sealed yet, ${erased} with their personal data erased.\n`;
  return finding ? `${finding.message}\nUp to there: ${counts}` : `The trail is intact: ${counts}`;
}

/** Writes the events as they are read, since a report would be as long as the trail. */
async function exportTo(
  stdout: OutputStreams['stdout'],
  context: INestApplicationContext,
  period: AuditPeriod,
): Promise<CommandReport> {
  for await (const event of context.get(AuditExport, { strict: false }).events(period))
    stdout.write(jsonLine(event));
  return { data: {}, text: '', isWritten: true };
}
