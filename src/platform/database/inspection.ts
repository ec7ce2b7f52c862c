const NOWHERE = 'postgres://127.0.0.1:1/nowhere';

/**
 * The database is only inspected: it is not migrated, and neither a schema of another build nor an unreachable server stops
 * the inspection.
 */
export class DatabaseInspection {
  /** Why there is no database to inspect. */
  fault: Error | undefined;

  /** @returns a URL, also where no server is available */
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
