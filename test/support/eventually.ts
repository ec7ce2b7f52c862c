import { setTimeout as sleep } from 'node:timers/promises';
import { MAX_STALENESS_MS } from '../../src/platform/change-feed';

/** How long a busy machine may take until something has happened. */
const PATIENCE_MS = 10_000;

/** Waits for a state. Fails as the last attempt did: the first one that begins after `withinMs` has to succeed. */
export async function eventually(expectation: () => Promise<void>, withinMs = PATIENCE_MS): Promise<void> {
  const begunAt = performance.now();
  for (;;) {
    const askedAt = performance.now();
    try {
      return await expectation();
    } catch (error) {
      if (askedAt - begunAt > withinMs) throw error;
      await sleep(10);
    }
  }
}

/** Holds within the bound that is published for revocation, measured from this call. */
export async function withinBound(expectation: () => Promise<void>): Promise<void> {
  return eventually(expectation, MAX_STALENESS_MS);
}
