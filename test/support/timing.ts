import { report } from './traffic';

const TRIES = 3;

// Three times may take longer than a test usually may.
jest.setTimeout(360_000);

/**
 * Holds what was measured to what is promised. A busy machine is no fault: it is measured anew, three times at most.
 * What was seen is printed each time.
 * @param measure whatever else it expects fails at once
 */
export async function expectTimes<Figures extends Record<string, number>>(
  what: string,
  measure: () => Promise<Figures>,
  expectation: (figures: Figures) => void,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const figures = await measure();
    report(what, figures);
    try {
      return expectation(figures);
    } catch (error) {
      if (attempt === TRIES) throw error;
    }
  }
}
