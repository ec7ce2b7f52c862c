import { Backoffs } from './backoff.ts';
import type { Grant } from './grant.ts';
import type { Mode, Tokens } from './sender.ts';
import type { SessionChange, SessionState } from './session.ts';

/** What one client knows of its session. Tokens are in here and nowhere else: not in storage, which outlives the page. */
export class Memory {
  readonly mode: Mode;
  state: SessionState;
  /** In bearer mode, while somebody is signed in. */
  tokens: Tokens | undefined;
  /** Grows with every sign-in and sign-out: what began before changes nothing after, and is not repeated. */
  era = 0;
  // By performance.now(), which nobody sets. It may stand still while the machine sleeps; then the server's 401 tells.
  expiresAt = Infinity;
  renewedAt = -Infinity;
  /** A sign-out is under way: nothing is renewed for what comes after it. */
  isLeaving = false;
  /** In cookie mode, while signed out: another tab may have signed in, and its message was missed. Ends with the server's answer. */
  isDoubted = false;
  /** Of this era. */
  backoffs = new Backoffs();
  readonly listeners = new Set<(change: SessionChange) => void>();

  constructor(mode: Mode) {
    this.mode = mode;
    this.state = mode === 'bearer' ? 'signed-out' : 'unknown';
  }

  get mayBeRenewed(): boolean {
    return !this.isLeaving && (this.state !== 'signed-out' || this.isDoubted);
  }

  /** @param sinceMs when it was asked for, or heard of: it expires rather early than late */
  keep({ tokens, expiresIn }: Omit<Grant, 'deviceToken'>, sinceMs: number): void {
    this.tokens = tokens;
    this.expiresAt = sinceMs + expiresIn * 1_000;
    this.renewedAt = performance.now();
  }

  begin(by: SessionChange['by']): void {
    this.#turn();
    this.isLeaving = false;
    this.#become('signed-in', by);
  }

  /** Whether somebody has signed in, and who, only the server knows. */
  doubt(by: SessionChange['by']): void {
    this.#turn();
    this.#become('unknown', by);
  }

  end(by: SessionChange['by']): void {
    this.tokens = undefined;
    this.expiresAt = Infinity;
    this.isDoubted = false;
    if (this.state === 'signed-out') return;
    this.#turn();
    this.#become('signed-out', by);
  }

  /** The server knows it, so whoever did not know is told. */
  goesOn(): void {
    if (this.state === 'unknown' || this.isDoubted) this.#become('signed-in', 'server');
  }

  #turn(): void {
    this.era++;
    this.backoffs = new Backoffs();
  }

  #become(state: SessionState, by: SessionChange['by']): void {
    const was = this.state;
    this.state = state;
    this.isDoubted = false;
    // Later, so that a listener that throws stops nothing here.
    for (const listener of this.listeners) queueMicrotask(() => listener({ state, was, by }));
  }
}
