/** `warning`: it works, but an operator should know. `fault`: it does not work, or not safely. */
export type FindingLevel = 'ok' | 'warning' | 'fault';

export interface Finding {
  readonly level: FindingLevel;
  /** A sentence without a full stop and without a secret. */
  readonly message: string;
  /** What to do about it. */
  readonly advice?: string;
}

const LEVELS: readonly FindingLevel[] = ['ok', 'warning', 'fault'];

/** The most severe level among the findings; `ok` where there are none. */
export function worstLevel(findings: readonly Pick<Finding, 'level'>[]): FindingLevel {
  return LEVELS.findLast((level) => findings.some((finding) => finding.level === level)) ?? 'ok';
}

export function okFinding(message: string): Finding {
  return { level: 'ok', message };
}

export function warningFinding(message: string, advice: string): Finding {
  return { level: 'warning', message, advice };
}

export function faultFinding(message: string, advice: string): Finding {
  return { level: 'fault', message, advice };
}

/** A list with the warning where the condition holds, else an empty list. */
export function warningIf(condition: boolean, message: string, advice: string): Finding[] {
  return condition ? [warningFinding(message, advice)] : [];
}
