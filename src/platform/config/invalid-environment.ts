export interface SettingFault {
  readonly name: string;
  readonly problem: string;
  readonly fix: string;
}

/** The settings cannot be used; the message names every fault with the way to fix it. */
export class InvalidEnvironment extends Error {
  override readonly name = 'InvalidEnvironment';

  constructor(readonly faults: readonly SettingFault[]) {
    const lines = faults.map(({ name, problem, fix }) => `  ${name} ${problem}\n    → ${fix}`);
    super(`${faults.length} setting(s) must be mended before the start:\n${lines.join('\n')}`);
  }
}
