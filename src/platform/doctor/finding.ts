/** `warning`: it works, and an operator should know. `fault`: it does not, or not safely. */
export type FindingLevel = 'ok' | 'warning' | 'fault';

/** What was found, in a sentence without a full stop and without a secret, and what to do about it. */
export interface Finding {
  readonly level: FindingLevel;
  readonly message: string;
  readonly advice?: string;
}

const LEVELS: readonly FindingLevel[] = ['ok', 'warning', 'fault'];

export function worstLevel(findings: readonly Pick<Finding, 'level'>[]): FindingLevel {
  return LEVELS.findLast((level) => findings.some((finding) => finding.level === level)) ?? 'ok';
}

export function okFinding(message: string): Finding {
  return { level: 'ok', message };
}

/** A warning where something holds, and nothing where it does not. */
export function warningIf(holds: boolean, message: string, advice: string): Finding[] {
  return holds ? [{ level: 'warning', message, advice }] : [];
}
