import { resolve } from 'node:path';
import type { Environment } from '../config';

/** Where the data lives and how long a request may wait for it. */
export class DatabaseSettings {
  /** A server of the operator's own; undefined means the embedded one. */
  readonly url: string | undefined;
  readonly dataDir: string;
  readonly migrateOnStart: boolean;

  /** A pool far larger than the database's cores only moves the queue into the server. */
  readonly poolSize = 10;
  /** A request that waits longer than this for a connection is told 503 instead of hanging. */
  readonly connectTimeoutMs = 2_000;
  /** Every statement here takes single milliseconds; the server ends one that takes this long. */
  readonly statementTimeoutMs = 2_000;
  /** A server that has not even done that is not there any more. */
  readonly silenceTimeoutMs = 2_500;

  constructor(environment: Environment) {
    this.url = environment.url('DATABASE_URL', ['postgres:', 'postgresql:'])?.href;
    this.dataDir = resolve(environment.text('DATA_DIR') ?? './data');
    this.migrateOnStart = environment.boolean('MIGRATE_ON_START', true);
    const embedded = environment.boolean('EMBEDDED_DATABASE', !environment.production);
    if (environment.text('DATABASE_URL') === undefined && !embedded) {
      environment.fault(
        'DATABASE_URL',
        'is not set',
        'use postgres://user:password@host:5432/database, or EMBEDDED_DATABASE=true for the server that ships with the application',
      );
    }
  }
}
