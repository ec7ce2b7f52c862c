import { Client } from 'pg';
import { AccessSettings } from '../../../src/access';
import { PasswordSettings } from '../../../src/passwords/password.settings';
import { Environment, type Variables } from '../../../src/platform/config';
import { directConnection } from '../../../src/platform/database/connection-config';
import { DatabaseSettings } from '../../../src/platform/database/database.settings';
import { HttpSettings } from '../../../src/platform/http';
import { LoggingSettings } from '../../../src/platform/logging/logging.settings';
import { MailSettings } from '../../../src/platform/mail';
import { MetricsSettings } from '../../../src/platform/metrics/metrics.settings';
import { SessionSettings } from '../../../src/sessions/session.settings';
import { TokenSettings } from '../../../src/tokens/token.settings';
import { PRODUCTION } from '../../support/settings';

const DAY_MS = 86_400_000;

const development = (variables: Variables = {}) => new Environment(variables);
const production = (variables: Variables = {}) => new Environment({ ...PRODUCTION, ...variables });

describe('settings by default', () => {
  it('are those of the table in development', () => {
    const environment = development();
    expect(environment.get(HttpSettings)).toMatchObject({
      production: false,
      port: 3000,
      host: '127.0.0.1',
      publicUrl: 'http://localhost:3000',
      appName: 'Gatehouse',
      docs: true,
    });
    expect(environment.get(DatabaseSettings)).toMatchObject({ url: undefined, migrateOnStart: true });
    expect(environment.get(DatabaseSettings).dataDir).toBe(`${process.cwd()}/data`);
    expect(environment.get(TokenSettings)).toMatchObject({
      issuer: 'http://localhost:3000',
      audience: 'http://localhost:3000',
      clientId: 'first-party',
      algorithm: 'ES256',
      schedule: { periodMs: 90 * DAY_MS },
    });
    expect(environment.get(MailSettings)).toMatchObject({
      smtpUrl: undefined,
      folder: `${process.cwd()}/data/outbox`,
      accountUrl: 'http://localhost:3000/account',
    });
    expect(environment.get(AccessSettings)).toEqual({
      requireVerifiedEmail: false,
      accessTokenSeconds: 900,
      revocationRetentionMs: 960_000,
      recentSignInSeconds: 900,
    });
    expect(environment.get(PasswordSettings)).toMatchObject({ minLength: 15, maxLength: 128, cost: 12 });
    expect(environment.get(SessionSettings)).toEqual({
      idleMs: 14 * DAY_MS,
      maxMs: 90 * DAY_MS,
      graceMs: 30_000,
    });
    expect(environment.get(LoggingSettings)).toMatchObject({ level: 'info' });
    expect(environment.get(MetricsSettings)).toEqual({ port: undefined, host: '127.0.0.1' });
  });

  it('differ in production as the table states', () => {
    const environment = production();
    expect(environment.get(HttpSettings)).toMatchObject({ production: true, host: '0.0.0.0', docs: false });
    expect(environment.get(TokenSettings).issuer).toBe('https://auth.example.com');
    expect(environment.get(AccessSettings).requireVerifiedEmail).toBe(true);
    expect(environment.get(LoggingSettings)).toMatchObject({ level: 'info', readable: false });
    expect(environment.get(MetricsSettings).port).toBe(9464);
  });

  it('follow the others: the public URL the port, the audience the issuer', () => {
    expect(development({ PORT: '8080' }).get(HttpSettings).publicUrl).toBe('http://localhost:8080');
    const issuer = 'https://id.example.com';
    expect(production({ PUBLIC_URL: issuer }).get(TokenSettings)).toMatchObject({ issuer, audience: issuer });
  });

  it.each([[''], ['   ']])('apply to empty values, too: %j', (empty) => {
    expect(development({ PORT: empty, DATABASE_URL: empty }).get(HttpSettings).port).toBe(3000);
  });
});

describe('the URL of a database', () => {
  const read = (DATABASE_URL: string) => new DatabaseSettings(new Environment({ DATABASE_URL })).url ?? '';

  it.each([
    ['postgres://app:hunter2@/gatehouse?host=/var/run/postgresql', '/var/run/postgresql', '5432'],
    [
      'postgres://app:hunter2@/gatehouse?host=/cloudsql/project:region:name&port=6543',
      '/cloudsql/project:region:name',
      '6543',
    ],
    ['postgres://app:hunter2@%2Fvar%2Frun%2Fpostgresql/gatehouse', '/var/run/postgresql', '5432'],
    ['postgres://app:hunter2@db.internal/gatehouse', 'db.internal', '5432'],
    ['postgresql://app:hunter2@[::1]:6543/gatehouse', '::1', '6543'],
  ])('may name a host or the folder of a Unix socket: %s', (url, host, port) => {
    const { connectionString = '' } = directConnection(
      read(url),
      new DatabaseSettings(new Environment({ DATABASE_URL: url })),
    );
    const client = new Client({ connectionString });
    expect(client).toMatchObject({
      user: 'app',
      password: 'hunter2',
      database: 'gatehouse',
      host,
      port: Number(port),
    });
  });

  it('of a server behind a transaction pooler is needed beside that of the pooler', () => {
    const environment = new Environment({
      DATABASE_URL: 'postgres://pooler/app',
      DATABASE_POOLING: 'transaction',
    });
    environment.get(DatabaseSettings);
    expect(environment.findFaults([])).toEqual([expect.objectContaining({ name: 'DATABASE_DIRECT_URL' })]);
  });
});

describe('valid settings', () => {
  it('may be fractions where they are durations', () => {
    expect(development({ ACCESS_TOKEN_MINUTES: '0.5' }).get(AccessSettings).accessTokenSeconds).toBe(30);
    expect(development({ SESSION_IDLE_DAYS: '0.5' }).get(SessionSettings).idleMs).toBe(DAY_MS / 2);
  });

  it('may be surrounded by white space', () => {
    expect(development({ PORT: ' 8080 ', NODE_ENV: 'test ' }).get(HttpSettings).port).toBe(8080);
  });
});
