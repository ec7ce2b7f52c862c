import { HOUR_MS } from '../platform/clock';
import { LONGEST_ACCESS_TOKEN_MINUTES } from '../access';

// A token of the longest lifetime may be signed at the last moment, on an instance whose clock differs a little.
const LAST_TOKEN_MS = (LONGEST_ACCESS_TOKEN_MINUTES + 1) * 60_000;

/** The properties of a key that the schedule depends on. */
export interface ScheduledKey {
  readonly algorithm: string;
  readonly createdAt: Date;
}

/**
 * Decides when a signing key is published, signs and retires (NIST SP 800-57 part 1 section 5.3). It depends on the creation times of the
 * keys only, so instances with the same keys agree without communication.
 */
export class KeySchedule {
  /** How long a key is published before it signs, in milliseconds. */
  readonly leadMs: number;
  /** How long other services may cache the published keys: they reload at least twice before a new key signs. */
  readonly cacheSeconds: number;

  /** @param periodMs how long a key signs */
  constructor(private readonly periodMs: number) {
    this.leadMs = Math.min(HOUR_MS, periodMs / 4);
    this.cacheSeconds = Math.min(300, Math.floor(this.leadMs / 2_000));
  }

  /**
   * The signing key: the newest that was published for long enough, otherwise the oldest.
   * @param keys newest first
   */
  signer<K extends ScheduledKey>(keys: readonly K[], algorithm: string, nowMs: number): K | undefined {
    const own = keys.filter((key) => key.algorithm === algorithm);
    return own.find((key) => this.signsFrom(key) <= nowMs) ?? own.at(-1);
  }

  /** Whether the next key is due for publication. */
  needsNext(keys: readonly ScheduledKey[], algorithm: string, nowMs: number): boolean {
    const newest = keys.find((key) => key.algorithm === algorithm);
    return !newest || this.dueAt(newest).getTime() <= nowMs;
  }

  /** When the successor of a key is due for publication. */
  dueAt({ createdAt }: ScheduledKey): Date {
    return new Date(createdAt.getTime() + this.periodMs);
  }

  /**
   * The keys whose last token has expired since another key took over. After a change of JWT_ALGORITHM, keys of the former algorithm
   * retire by the first key of the new one. While the newest key is of another algorithm, it is unknown when they signed last.
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
