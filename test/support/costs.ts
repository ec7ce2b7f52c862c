export type CostKind = 'start' | 'stop' | 'signIn' | 'http';

declare global {
  // Set by the test environment, for the whole worker.
  var addTestCost: ((kind: CostKind, ms: number) => void) | undefined;
}

/** Adds the time that an act takes to what its spec costs, for `scripts/sum-tests.js`. */
export async function timed<Result>(kind: CostKind, act: () => Promise<Result>): Promise<Result> {
  const startedAt = performance.now();
  try {
    return await act();
  } finally {
    globalThis.addTestCost?.(kind, performance.now() - startedAt);
  }
}
