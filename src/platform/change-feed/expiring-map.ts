const SLICES = 4;

/**
 * An in-memory map whose entries expire. Entries are kept in time slices and the oldest slice is dropped as a whole, so nothing
 * is searched for expired entries and no entry stores an instant. It is read on every request.
 */
export class ExpiringMap<Value> {
  /** The newest first. */
  private readonly slices: Map<string, Value>[] = [new Map()];
  private readonly sliceMs: number;
  /** The number of the newest slice since the epoch. */
  private number = 0;

  /** @param keepMs how long an entry is kept at least, in milliseconds; at most a quarter longer */
  constructor(keepMs: number) {
    this.sliceMs = keepMs / SLICES;
  }

  /** The last value that was set; undefined once it has expired. */
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
