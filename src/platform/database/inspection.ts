const NOWHERE = 'postgres://127.0.0.1:1/nowhere';

/**
 * The database is only looked at: it is not migrated, a schema that is not this build's is no reason to stop, nor is a
 * server that cannot be reached.
 */
export class DatabaseInspection {
  /** Why there is nothing to look at. */
  fault: Error | undefined;

  /** @returns a URL in any case */
  async url(start: () => Promise<string>): Promise<string> {
    return (await this.attempt(start)) ?? NOWHERE;
  }

  async attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.fault ??= error instanceof Error ? error : new Error(String(error));
      return undefined;
    }
  }
}
