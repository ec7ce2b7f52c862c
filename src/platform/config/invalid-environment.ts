export interface Fault {
  readonly name: string;
  readonly problem: string;
  readonly mend: string;
}

/** The settings cannot be used; the message names every fault with the way to mend it. */
export class InvalidEnvironment extends Error {
  override readonly name = 'InvalidEnvironment';

  constructor(readonly faults: readonly Fault[]) {
    const lines = faults.map(({ name, problem, mend }) => `  ${name} ${problem}\n    → ${mend}`);
    super(`${faults.length} setting(s) must be mended before the start:\n${lines.join('\n')}`);
  }
}
