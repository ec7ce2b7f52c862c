import { resolve } from 'node:path';
import type { Environment } from '../config';

const URL_FORM = 'use postgres://user:password@host:5432/database';
const URL_FORMS = `${URL_FORM}, for a Unix socket postgres://user:password@/database?host=/folder, and percent-encode what is not a letter or digit of a password`;

/** Where the data lives and how long a request may wait for it. */
export class DatabaseSettings {
  /** A server of the operator's own; undefined means the embedded one. */
  readonly url: string | undefined;
  /** What stands between here and that server, and how long it keeps a connection to it for one of ours. */
  readonly pooler: 'none' | 'session' | 'transaction';
  /** For what no transaction pooler passes on: notifications, and the lock under which migrations run. */
  readonly directUrl: string | undefined;
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
    this.url = databaseUrl(environment, 'DATABASE_URL');
    const pooler = environment.oneOf('DATABASE_POOLER', ['none', 'session', 'transaction'], 'none');
    // The embedded server has none.
    this.pooler = this.url === undefined ? 'none' : pooler;
    this.directUrl = databaseUrl(environment, 'DATABASE_DIRECT_URL');
    if (this.pooler === 'transaction' && environment.string('DATABASE_DIRECT_URL') === undefined)
      environment.addFault(
        'DATABASE_DIRECT_URL',
        'is not set',
        'use the URL of the server behind the pooler: notifications and migrations need a session',
      );
    this.dataDir = resolve(environment.string('DATA_DIR') ?? './data');
    this.migrateOnStart = environment.boolean('MIGRATE_ON_START', true);
    const embedded = environment.boolean('EMBEDDED_DATABASE', !environment.production);
    if (environment.string('DATABASE_URL') === undefined && !embedded) {
      environment.addFault(
        'DATABASE_URL',
        'is not set',
        `${URL_FORM}, or EMBEDDED_DATABASE=true for the server that ships with the application`,
      );
    }
  }
}

/** libpq's form for a Unix socket has no host after the password, which is no URL by the standard; the folder counts. */
function databaseUrl(environment: Environment, name: string): string | undefined {
  const normalize = (text: string) => text.replace(/^(\w+:\/\/[^/?#]*@)(?=[/?])/, '$1localhost');
  return environment.url(name, ['postgres:', 'postgresql:'], { fix: URL_FORMS, normalize })?.href;
}
