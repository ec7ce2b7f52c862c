import { MAX_STALENESS_MS } from '../../src/platform/change-feed';
import { BOUND_MS, expectUnavailable, type Sample, statusesOf, type Traffic } from './traffic';

/** Of the kind `memory`: requests that are answered from memory, as long as the changes that memory goes by are fresh. */
export const fromMemory = (samples: readonly Sample[]): Sample[] =>
  samples.filter(({ kind }) => kind === 'memory');

/** Served while changes are known in time, refused from then on until they are known again. */
export function expectMemoryTrusted(all: Traffic, { gone, back }: { gone: number; back: number }): void {
  expect(statusesOf(fromMemory(all.between(0, gone)))).toEqual([200]);
  const fresh = fromMemory(all.between(gone, gone + MAX_STALENESS_MS));
  expectUnavailable(fresh.filter(({ answer }) => answer.status !== 200));
  const late = fromMemory(all.between(gone + MAX_STALENESS_MS, back));
  expect(late.filter(({ startedAt, tookMs }) => startedAt + tookMs < back).length).toBeGreaterThan(0);
  expectUnavailable(
    late.filter(({ answer, startedAt, tookMs }) => answer.status !== 200 || startedAt + tookMs < back),
  );
  expectServed(all, back);
}

/** Refused for as long as a question that was lost takes to be given up, and served ever after. */
export function expectServed(all: Traffic, back: number): void {
  expect(servedAgainMs(all, back)).toBeLessThan(BOUND_MS);
  expect(statusesOf(fromMemory(all.between(back + servedAgainMs(all, back), Infinity)))).toEqual([200]);
}

/** How long after an instant the first request was asked that was served from memory. */
export function servedAgainMs(all: Traffic, instant: number): number {
  const first = fromMemory(all.between(instant, Infinity)).find(({ answer }) => answer.status === 200);
  return (first?.startedAt ?? Infinity) - instant;
}

/** How long after the database had gone the last request was asked that was served from memory. */
export function lastServedMs(all: Traffic, gone: number): number {
  const served = fromMemory(all.between(gone, gone + MAX_STALENESS_MS)).filter(
    ({ answer }) => answer.status === 200,
  );
  return (served.at(-1)?.startedAt ?? NaN) - gone;
}
