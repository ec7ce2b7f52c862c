const SAMPLES = 250;
const WARM_UP = 20;

/** How two ways compare: medians in milliseconds, and how far apart their ranks are (0: not at all, beyond 3: for a reason). */
export interface Compared {
  readonly 'median, ms': number;
  readonly 'other, ms': number;
  readonly z: number;
}

/**
 * Times two things in turn, in random order within each pair, and compares by rank (Mann and Whitney). A difference counts
 * when it comes again: one round in four hundred has one by chance.
 */
export async function compareInterleaved(
  one: () => Promise<number>,
  other: () => Promise<number>,
): Promise<Compared> {
  const first = await round(one, other);
  if (Math.abs(first.z) < 3) return first;
  const second = await round(one, other);
  return first.z * second.z > 0 ? second : { ...second, z: 0 };
}

async function round(one: () => Promise<number>, other: () => Promise<number>): Promise<Compared> {
  const [ones, others]: [number[], number[]] = [[], []];
  for (let at = 0; at < WARM_UP + SAMPLES; at++) {
    const isOneFirst = Math.random() < 0.5;
    const firstMs = await (isOneFirst ? one : other)();
    const secondMs = await (isOneFirst ? other : one)();
    if (at < WARM_UP) continue;
    ones.push(isOneFirst ? firstMs : secondMs);
    others.push(isOneFirst ? secondMs : firstMs);
  }
  return { 'median, ms': medianOf(ones), 'other, ms': medianOf(others), z: rankDifference(ones, others) };
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** The normal approximation of U; ties do not come with times of this resolution. */
export function rankDifference(ones: readonly number[], others: readonly number[]): number {
  const all = [...ones.map((ms) => ({ ms, own: true })), ...others.map((ms) => ({ ms, own: false }))];
  const ranked = all.toSorted((a, b) => a.ms - b.ms);
  const rankSum = ranked.reduce((sum, { own }, index) => sum + (own ? index + 1 : 0), 0);
  const [n, m] = [ones.length, others.length];
  const u = rankSum - (n * (n + 1)) / 2;
  return (u - (n * m) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12);
}
