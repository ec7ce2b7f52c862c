import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './api';
import { eventually } from './eventually';
import { expectProblem } from './problem';

/** What docs/operations.md promises: no request learns later than this that the database cannot be had. */
export const BOUND_MS = 5_000;

/** For as many answers as a test may want, on a busy machine. */
const MOST_MS = 60_000;

export interface Sample {
  readonly kind: string;
  readonly startedAt: number;
  readonly tookMs: number;
  readonly answer: Answer<object>;
}

/** Clients that go on asking, each waiting for its answer, and what they saw. */
export class Traffic {
  readonly samples: Sample[] = [];
  private readonly clients: Promise<void>[] = [];
  private over = false;

  /** One more client, that asks again and again. */
  of(kind: string, ask: () => Promise<Answer<object>>): this {
    this.clients.push(this.goOn(kind, ask));
    return this;
  }

  /** Waits until so many more requests of a kind were answered. */
  async answered(count: number, kind: string): Promise<void> {
    const answers = () => this.samples.filter((sample) => sample.kind === kind).length;
    const enough = answers() + count;
    await eventually(async () => expect(answers()).toBeGreaterThanOrEqual(enough), MOST_MS);
  }

  async end(): Promise<void> {
    this.over = true;
    await Promise.all(this.clients);
  }

  between(from: number, to: number): Sample[] {
    return this.samples.filter(({ startedAt }) => startedAt >= from && startedAt < to);
  }

  private async goOn(kind: string, ask: () => Promise<Answer<object>>): Promise<void> {
    while (!this.over) {
      this.samples.push(await timed(kind, ask));
      await sleep(20);
    }
  }
}

export async function timed(kind: string, ask: () => Promise<Answer<object>>): Promise<Sample> {
  const startedAt = performance.now();
  const answer = await ask();
  return { kind, startedAt, tookMs: performance.now() - startedAt, answer };
}

export const statusesOf = (samples: readonly Sample[]): number[] =>
  [...new Set(samples.map(({ answer }) => answer.status))].toSorted((a, b) => a - b);

export const longestOf = (samples: readonly Sample[]): number =>
  Math.max(0, ...samples.map(({ tookMs }) => tookMs));

export function medianOf(samples: readonly Sample[]): number {
  const times = samples.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b);
  return times[Math.floor(times.length / 2)] ?? 0;
}

/** Prints figures with the run. */
export function report(what: string, figures: Record<string, number>): void {
  const line = Object.entries(figures).map(([name, figure]) => `${name} ${Math.round(figure * 10) / 10}`);
  process.stdout.write(`${what}: ${line.join(', ')}\n`);
}

/** Each was told so in time, and when to come back. */
export function expectUnavailable(samples: readonly Sample[]): void {
  for (const { answer } of samples) {
    expectProblem(answer, 503, 'unavailable');
    expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  }
  expect(longestOf(samples)).toBeLessThan(BOUND_MS);
}
