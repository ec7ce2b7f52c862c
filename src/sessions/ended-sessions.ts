/**
 * The sessions that ended so recently that an access token of theirs may still be alive: asked on every request, so it
 * is memory. Older ones fall out by themselves, because their tokens have expired.
 */
export class EndedSessions {
  private readonly endedAt = new Map<string, number>();

  /** @param keepMs how long an access token lives at most */
  constructor(private readonly keepMs: number) {}

  has(sessionId: string): boolean {
    return this.endedAt.has(sessionId);
  }

  add(sessionId: string, endedAtMs: number): void {
    this.forget(endedAtMs - this.keepMs);
    // One that ends again goes to the end: at the front, young again, it would keep all the others from being forgotten.
    this.endedAt.delete(sessionId);
    this.endedAt.set(sessionId, endedAtMs);
  }

  /** The map keeps the order of insertion, so the first that is young enough ends the search. */
  private forget(beforeMs: number): void {
    for (const [sessionId, endedAt] of this.endedAt) {
      if (endedAt >= beforeMs) return;
      this.endedAt.delete(sessionId);
    }
  }
}
