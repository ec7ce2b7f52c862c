import { Injectable } from '@nestjs/common';
import { MigrationRunner } from '../database';
import { Unavailable } from '../errors';
import { ChangeFeed } from '../change-feed';
import { Keyring } from '../keyring';

// As often as an orchestrator asks anyway.
const RETRY_SECONDS = 5;

/** Whether this instance should be sent requests. */
@Injectable()
export class Readiness {
  constructor(
    private readonly migrations: MigrationRunner,
    private readonly keyring: Keyring,
    private readonly feed: ChangeFeed,
  ) {}

  /**
   * @returns warnings, each a sentence
   * @throws Unavailable where the database, the schema, the keys or the feed are not as this build needs them
   */
  async check(): Promise<string[]> {
    const { missing, altered, unknown } = await this.orUnavailable(() => this.migrations.state());
    const opens = await this.orUnavailable(() => this.keyring.canUnwrapAll());
    await this.orUnavailable(async () => this.feed.ensureFresh());
    const faults = [
      ...missing.map((name) => `${name} is not applied`),
      ...altered.map((name) => `${name} was changed since it was applied`),
      ...(opens ? [] : ['AUTH_SECRET does not open the keys in the database']),
    ];
    // For the log alone.
    if (faults.length > 0) throw new Unavailable(RETRY_SECONDS, { cause: new Error(faults.join('; ')) });
    return unknown.map((name) => `The database has a migration this build does not know: ${name}.`);
  }

  /** Whatever keeps the database from answering, a dropped database too, means: not ready. */
  private async orUnavailable<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (cause) {
      throw new Unavailable(RETRY_SECONDS, { cause });
    }
  }
}
