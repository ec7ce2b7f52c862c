import { setTimeout as sleep } from 'node:timers/promises';
import { NEWS_BOUND_MS } from '../../src/platform/feed';

/** Holds within the bound that is published for revocation, measured from this call. */
export async function eventually(expectation: () => Promise<void>, withinMs = NEWS_BOUND_MS): Promise<void> {
  const begun = performance.now();
  for (;;) {
    try {
      return await expectation();
    } catch (error) {
      if (performance.now() - begun > withinMs) throw error;
      await sleep(10);
    }
  }
}
