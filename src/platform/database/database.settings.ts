import { resolve } from 'node:path';
import type { Environment } from '../config';

const URL_FORM = 'use postgres://user:password@host:5432/database';
const URL_FORMS = `${URL_FORM}, for a Unix socket postgres://user:password@/database?host=/folder, and percent-encode what is not a letter or digit of a password`;

/** The location of the data and the timeouts of requests for it. */
export class DatabaseSettings {
  /** The operator's server; undefined: the embedded one. */
  readonly url: string | undefined;
  /** How long a connection of the application keeps its server connection: `transaction` behind a pooler in that mode. */
  readonly pooling: 'session' | 'transaction';
  /** For what a transaction pooler does not support: notifications, and the lock of migrations. */
  readonly directUrl: string | undefined;
  readonly dataDir: string;
  readonly migrateOnStart: boolean;

  /** A pool much larger than the number of the database's cores only moves the queue into the server. */
  readonly poolSize = 10;
  /** A request that waits longer than this for a connection gets 503. */
  readonly connectTimeoutMs = 2_000;
  /** The server cancels a statement that takes this long; statements of the application take a few milliseconds. */
  readonly statementTimeoutMs = 2_000;
  /** A server that has not cancelled the statement by then counts as lost. */
  readonly silenceTimeoutMs = 2_500;

  constructor(environment: Environment) {
    this.url = databaseUrl(environment, 'DATABASE_URL');
    const pooling = environment.oneOf('DATABASE_POOLING', ['session', 'transaction'], 'session');
    // The embedded server has no pooler.
    this.pooling = this.url === undefined ? 'session' : pooling;
    this.directUrl = databaseUrl(environment, 'DATABASE_DIRECT_URL');
    if (this.pooling === 'transaction' && environment.string('DATABASE_DIRECT_URL') === undefined)
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

/** The form of libpq for a Unix socket has no host after the password, which is not a valid URL; the folder is the host. */
function databaseUrl(environment: Environment, name: string): string | undefined {
  const normalize = (text: string) => text.replace(/^(\w+:\/\/[^/?#]*@)(?=[/?])/, '$1localhost');
  return environment.url(name, ['postgres:', 'postgresql:'], { fix: URL_FORMS, normalize })?.href;
}
