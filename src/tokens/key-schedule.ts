import { LONGEST_ACCESS_TOKEN_MINUTES } from '../access';

const HOUR_MS = 3_600_000;
// The longest-lived token may be signed in the last moment, on an instance whose clock differs a little.
const LAST_TOKEN_MS = (LONGEST_ACCESS_TOKEN_MINUTES + 1) * 60_000;

/** What the schedule has to know of a key. */
export interface ScheduledKey {
  readonly algorithm: string;
  readonly createdAt: Date;
}

/**
 * When a signing key is published, signs and goes (NIST SP 800-57 part 1 section 5.3). All of it follows from when the
 * keys were made, so instances that know the same keys agree without a word.
 */
export class KeySchedule {
  /** How long a key is published before it signs, in milliseconds. */
  readonly leadMs: number;
  /** How long others may keep the published keys: they look again, twice at least, before a new one signs. */
  readonly cacheSeconds: number;

  /** @param periodMs how long a key signs */
  constructor(private readonly periodMs: number) {
    this.leadMs = Math.min(HOUR_MS, periodMs / 4);
    this.cacheSeconds = Math.min(300, Math.floor(this.leadMs / 2_000));
  }

  /**
   * The newest one that was published for long enough. Where none was, the oldest: the one that was published longest.
   * @param keys newest first
   */
  signer<K extends ScheduledKey>(keys: readonly K[], algorithm: string, nowMs: number): K | undefined {
    const own = keys.filter((key) => key.algorithm === algorithm);
    return own.find((key) => this.signsFrom(key) <= nowMs) ?? own.at(-1);
  }

  /** Whether it is time to publish the next one. */
  needsNext(keys: readonly ScheduledKey[], algorithm: string, nowMs: number): boolean {
    const newest = keys.find((key) => key.algorithm === algorithm);
    return !newest || this.dueAt(newest).getTime() <= nowMs;
  }

  /** When the one after this is to be published. */
  dueAt({ createdAt }: ScheduledKey): Date {
    return new Date(createdAt.getTime() + this.periodMs);
  }

  /**
   * Those whose last token has expired since another took over. Where JWT_ALGORITHM was changed, the keys before the
   * change go by the first one after it; while the newest key is of another algorithm, nothing tells when they signed last.
   * @param keys newest first
   */
  retired<K extends ScheduledKey>(keys: readonly K[], algorithm: string, nowMs: number): K[] {
    const other = keys.findIndex((key) => key.algorithm !== algorithm);
    const sinceChange = other === -1 ? keys : keys.slice(0, other);
    const settled = sinceChange.findIndex((key) => this.signsFrom(key) + LAST_TOKEN_MS <= nowMs);
    return settled === -1 ? [] : keys.slice(settled + 1);
  }

  private signsFrom({ createdAt }: ScheduledKey): number {
    return createdAt.getTime() + this.leadMs;
  }
}
