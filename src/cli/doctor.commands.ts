import type { Command } from 'commander';
import { type CommandRunner, printable } from '../platform/commands';
import { Doctor, type FindingLevel, type TopicFinding, worstLevel } from '../platform/doctor';
import { contexts } from './contexts';

const MARKS: Readonly<Record<FindingLevel, string>> = { ok: 'ok     ', warning: 'warning', fault: 'FAULT  ' };

export function addDoctor(program: Command, run: CommandRunner): void {
  program
    .command('doctor')
    .description(
      'report how this application would run here and what to fix; changes nothing; exit code 1: a fault',
    )
    .action(async () =>
      run(contexts.inspection, async (context) => {
        const findings = await context.get(Doctor, { strict: false }).run();
        const worst = worstLevel(findings);
        return { data: { findings, worst }, text: wordsOf(findings), failed: worst === 'fault' };
      }),
    );
}

function wordsOf(findings: readonly TopicFinding[]): string {
  const topics = [...new Set(findings.map(({ topic }) => topic))];
  const parts = topics.map((topic) => [
    topic,
    ...findings.filter((each) => each.topic === topic).flatMap(linesOf),
    '',
  ]);
  return parts.flat().join('\n');
}

function linesOf({ level, message, advice }: TopicFinding): string[] {
  const line = `  ${MARKS[level]}  ${printable(message)}`;
  return advice === undefined ? [line] : [line, `             → ${printable(advice)}`];
}
