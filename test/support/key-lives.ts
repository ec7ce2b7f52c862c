import fc from 'fast-check';
import { KeySchedule, type ScheduledKey } from '../../src/tokens/key-schedule';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const NOW = Date.UTC(2026, 0, 1);
const LONGEST_TOKEN = HOUR;

export const schedule = new KeySchedule(90 * DAY);
export const TAKES_BACK = schedule.leadMs + LONGEST_TOKEN + MINUTE;

/** Of keys that are replaced, in days. */
export const PERIODS = [0.001, 0.05, 1, 90];

export interface NamedKey extends ScheduledKey {
  readonly name: string;
}

type Act = 'sign' | 'rotate' | 'revoke' | 'restart as ES256' | 'restart as RS256';

interface Step {
  readonly waitMs: number;
  readonly act: Act;
  readonly which: number;
}

/** What instances, operators and years do to the keys, as src/tokens does it. */
class Life {
  keys: NamedKey[] = [];
  algorithm = 'ES256';
  nowMs = NOW;
  /** By key: when the last token that it signed expires. */
  private readonly lastExpiry = new Map<string, number>();
  private made = 0;

  constructor(readonly life: KeySchedule) {
    this.make();
  }

  run({ waitMs, act, which }: Step): void {
    this.nowMs += waitMs;
    this.runJobs();
    if (act === 'rotate') this.make();
    if (act === 'revoke') this.revoke(which);
    if (act.startsWith('restart')) this.restart(act.slice(-5));
    this.sign();
  }

  private runJobs(): void {
    const { keys, algorithm, nowMs, life } = this;
    if (life.needsNext(keys, algorithm, nowMs)) this.make();
    expect(life.needsNext(this.keys, algorithm, nowMs)).toBe(false);
    const retired = life.retired(this.keys, algorithm, nowMs);
    for (const { name } of retired) expect(this.lastExpiry.get(name) ?? 0).toBeLessThanOrEqual(nowMs);
    this.keys = this.keys.filter((key) => !retired.includes(key));
  }

  private sign(): void {
    const own = this.keys.filter(({ algorithm }) => algorithm === this.algorithm);
    const signer = this.life.signer(this.keys, this.algorithm, this.nowMs);
    if (!signer) throw new Error('no key signs');
    expect(own).toContain(signer);
    const isSettled = this.nowMs - signer.createdAt.getTime() >= this.life.leadMs;
    expect(isSettled || signer === own.at(-1)).toBe(true);
    // Another instance has read the same rows.
    const elsewhere = this.keys.map((key) => ({ ...key }));
    expect(this.life.signer(elsewhere, this.algorithm, this.nowMs)?.name).toBe(signer.name);
    this.lastExpiry.set(signer.name, this.nowMs + LONGEST_TOKEN);
  }

  private revoke(which: number): void {
    const gone = this.keys[which % this.keys.length];
    this.keys = this.keys.filter((key) => key !== gone);
    const isAnotherLeft = this.keys.some(({ algorithm }) => algorithm === this.algorithm);
    expect(this.life.signer(this.keys, this.algorithm, this.nowMs) !== undefined).toBe(isAnotherLeft);
    if (!isAnotherLeft) this.make();
  }

  private restart(algorithm: string): void {
    this.algorithm = algorithm;
    if (this.keys[0]?.algorithm !== algorithm) this.make();
  }

  private make(): void {
    const { algorithm, nowMs } = this;
    this.keys = [{ name: `${this.made++}`, algorithm, createdAt: new Date(nowMs) }, ...this.keys];
  }
}

const waitMs = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 3 * HOUR }),
  fc.integer({ min: 0, max: 100 * DAY }),
  fc.constantFrom(schedule.leadMs, TAKES_BACK, TAKES_BACK - 1, 90 * DAY, 400 * DAY),
);
const acts: Act[] = ['sign', 'sign', 'rotate', 'revoke', 'restart as ES256', 'restart as RS256'];
const steps = fc.array(fc.record({ waitMs, act: fc.constantFrom<Act>(...acts), which: fc.nat(10) }), {
  maxLength: 40,
});

/** In each of so many lives of a deployment one key signs, published in time, and none of its tokens outlives it. */
export function expectLives(periodDays: number, numRuns: number): void {
  const lives = fc.property(steps, (all) => {
    const life = new Life(new KeySchedule(periodDays * DAY));
    for (const step of all) life.run(step);
  });
  fc.assert(lives, { numRuns });
}
