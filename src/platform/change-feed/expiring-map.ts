const SLICES = 4;

/**
 * What changed so recently that a token from before may still be alive; asked on every request, so it is memory. Kept in
 * slices of time, of which the oldest is dropped whole: nothing is ever searched for what is over, and no entry needs an
 * instant of its own.
 */
export class ExpiringMap<Value> {
  /** The youngest first. */
  private readonly slices: Map<string, Value>[] = [new Map()];
  private readonly sliceMs: number;
  /** Which slice of all time the youngest is. */
  private number = 0;

  /** @param keepMs how long an entry is kept at least; at most a quarter more */
  constructor(keepMs: number) {
    this.sliceMs = keepMs / SLICES;
  }

  /** The latest value. */
  get(key: string, nowMs: number): Value | undefined {
    this.turn(nowMs);
    for (const slice of this.slices) {
      const value = slice.get(key);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  set(key: string, value: Value, nowMs: number): void {
    this.turn(nowMs);
    this.slices[0]?.set(key, value);
  }

  get size(): number {
    return this.slices.reduce((sum, slice) => sum + slice.size, 0);
  }

  private turn(nowMs: number): void {
    const number = Math.floor(nowMs / this.sliceMs);
    if (number <= this.number) return;
    const fresh = Math.min(number - this.number, SLICES + 1);
    for (let count = 0; count < fresh; count++) this.slices.unshift(new Map());
    this.slices.length = Math.min(this.slices.length, SLICES + 1);
    this.number = number;
  }
}
