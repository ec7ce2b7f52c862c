import { PasswordSettings } from '../../../src/passwords/password.settings';
import { Environment, InvalidEnvironment, type Variables } from '../../../src/platform/config';
import { DatabaseSettings } from '../../../src/platform/database/database.settings';
import { HttpSettings } from '../../../src/platform/http';
import { ALL_SETTINGS } from '../../support/all-settings';
import { AUTH_SECRET, PRODUCTION } from '../../support/settings';
import { TEAM_SETTINGS } from '../../support/team-settings';

const development = (variables: Variables = {}) =>
  new Environment({ ...TEAM_SETTINGS, AUTH_SECRET, ...variables }).validated(ALL_SETTINGS);
const production = (variables: Variables = {}) =>
  new Environment({ ...PRODUCTION, ...variables }).validated(ALL_SETTINGS);

function refusalOf(start: () => unknown): InvalidEnvironment {
  try {
    start();
  } catch (error) {
    if (error instanceof InvalidEnvironment) return error;
    throw error;
  }
  throw new Error('the settings were taken');
}

const faultsOf = (start: () => unknown) => refusalOf(start).faults.map(({ name }) => name);

describe('invalid settings', () => {
  it('are all named in one message, each with its fix', () => {
    const { message } = refusalOf(() =>
      development({
        AUTH_SECRET: '12345',
        PORT: '70000',
        BCRYPT_COST: '3',
        MIGRATE_ON_START: 'yes',
        JWT_ALGORITHM: 'none',
        ACCESS_TOKEN_MINUTES: 'soon',
        DATABASE_URL: 'mysql://localhost/app',
        DOCS: 'true',
      }),
    );
    expect(message).toMatch(/^8 setting\(s\) must be mended/);
    for (const fault of [
      /AUTH_SECRET holds 3 bytes.*\n\s+→ .*openssl rand -hex 32/,
      /PORT is "70000"\n\s+→ use a whole number from 0 to 65535/,
      /BCRYPT_COST is "3"\n\s+→ use a whole number from 4 to 15/,
      /MIGRATE_ON_START is "yes"\n\s+→ use one of: true, false/,
      /JWT_ALGORITHM is "none"\n\s+→ use one of: ES256, RS256, PS256/,
      /ACCESS_TOKEN_MINUTES is "soon"\n\s+→ use a number from/,
      /DATABASE_URL is not a usable URL\n\s+→ .*postgres:\/\//,
      /DOCS is "true"\n\s+→ use one of: on, off/,
    ])
      expect(message).toMatch(fault);
  });

  it.each([
    ['NODE_ENV', 'prod'],
    ['NODE_ENV', 'Production'],
    ['PORT', '-1'],
    ['PORT', '3000.5'],
    ['PORT', '0x50'],
    ['PORT', '1e3'],
    ['PORT', 'Infinity'],
    ['METRICS_PORT', '65536'],
    ['METRICS_HOST', '*'],
    ['METRICS_HOST', 'metrics.internal'],
    ['PUBLIC_URL', 'auth.example.com'],
    ['PUBLIC_URL', 'ftp://auth.example.com'],
    ['PUBLIC_URL', 'javascript:alert(1)'],
    ['DATABASE_URL', 'localhost'],
    ['EMBEDDED_DATABASE', '1'],
    ['REQUIRE_VERIFIED_EMAIL', 'TRUE'],
    ['LOG_LEVEL', 'verbose'],
    ['APP_NAME', 'Acme\r\nBcc: eve@evil.example'],
    ['APP_NAME', 'Acme\u001b[2J'],
    ['MAIL_FROM', 'Acme'],
    ['MAIL_FROM', 'a@example.com, b@example.com'],
    ['MAIL_FROM', 'Acme <a@example.com>, b@example.com'],
    ['MAIL_FROM', 'a@example.com;b@example.com'],
    ['MAIL_FROM', 'Acme, Inc. <a@example.com>'],
    ['MAIL_FROM', 'team: a@example.com;'],
    ['MAIL_FROM', 'Acme <a@example.com> b'],
    ['MAIL_FROM', 'a@example.com <b@example.com>'],
    ['ACCOUNT_URL', 'https://app.example.com/account#top'],
    ['SMTP_URL', 'http://mail.example.com'],
    ['BREACHED_PASSWORDS_URL', 'https://app:hunter2@passwords.example.com/range'],
    ['RECENT_SIGN_IN_MINUTES', '0'],
    ['PASSWORD_MIN_LENGTH', '7'],
    ['PASSWORD_MIN_LENGTH', '65'],
    ['BCRYPT_COST', '16'],
    ['BCRYPT_COST', '10.5'],
    ['ACCESS_TOKEN_MINUTES', '0'],
    ['ACCESS_TOKEN_MINUTES', '61'],
    ['REFRESH_GRACE_SECONDS', '-1'],
    ['REFRESH_GRACE_SECONDS', '301'],
    ['SESSION_IDLE_DAYS', '0'],
    ['SESSION_IDLE_DAYS', '91'],
    ['SESSION_MAX_DAYS', '10'],
  ])('stop the start: %s=%s', (name, value) => {
    const [fault] = faultsOf(() => development({ [name]: value }));
    // Two that contradict each other are one fault, named for the first of them.
    expect(fault).toBe(name === 'SESSION_MAX_DAYS' ? 'SESSION_IDLE_DAYS' : name);
  });

  it.each([
    ['DATABASE_URL', 'mysql://app:hunter2@db.internal/app', 'hunter2'],
    ['DATABASE_URL', 'postgres://app:hunter2@db internal/app', 'hunter2'],
    ['DATABASE_URL', 'hunter2', 'hunter2'],
    ['AUTH_SECRET', 'hunter2-hunter2-hunter2-hunter2-hunter2-hunter2', 'hunter2'],
    ['AUTH_SECRET', 'hunter2+with/signs==', 'hunter2'],
    ['SMTP_URL', 'imap://app:hunter2@mail.internal', 'hunter2'],
    ['PUBLIC_URL', 'https://app:hunter2@auth.example.com', 'hunter2'],
    ['PUBLIC_URL', 'https://auth.example.com/?token=hunter2', 'hunter2'],
  ])('are not repeated where they may hold a secret: %s=%s', (name, value, secret) => {
    const { message } = refusalOf(() => development({ [name]: value }));
    expect(message).toContain(name);
    expect(message).not.toContain(secret);
  });

  it('are repeated shortened where they are long', () => {
    const { message } = refusalOf(() => development({ LOG_LEVEL: 'x'.repeat(10_000) }));
    expect(message.length).toBeLessThan(300);
  });

  it('cannot send control sequences to the terminal', () => {
    const { message } = refusalOf(() => development({ LOG_LEVEL: 'a\u001b[2J' }));
    expect(message).not.toContain('\u001b');
  });
});

describe('production', () => {
  it.each([
    ['AUTH_SECRET', { AUTH_SECRET: undefined }],
    ['PUBLIC_URL', { PUBLIC_URL: undefined }],
    ['PUBLIC_URL', { PUBLIC_URL: 'http://auth.example.com' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'https://example.com/auth/' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'https://example.com/a/../auth' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'https://example.com/./auth' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'https://example.com//auth' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'https://example.com/%61uth' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'https://example.com/auth?a=b' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'https://example.com/auth#a' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'https://ada@example.com/auth' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'https://auth.example.com/?a=b' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'https://auth.example.com/#a' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'https://ada@auth.example.com' }],
    ['BCRYPT_COST', { BCRYPT_COST: '9' }],
    ['SMTP_URL', { SMTP_URL: undefined }],
    ['RATE_LIMITS', { RATE_LIMITS: 'off' }],
    ['MAIL_FROM', { MAIL_FROM: undefined }],
    ['ACCOUNT_URL', { ACCOUNT_URL: 'http://app.example.com/account' }],
    ['BREACHED_PASSWORDS_URL', { BREACHED_PASSWORDS_URL: 'http://passwords.example.com/range' }],
    ['DATABASE_URL', { DATABASE_URL: undefined }],
    ['DATABASE_URL', { DATABASE_URL: undefined, EMBEDDED_DATABASE: 'false' }],
  ])('requires %s: %j', (name, variables) => {
    expect(faultsOf(() => production(variables))).toEqual([name]);
  });

  it.each([
    ['a slash at the end', 'https://auth.example.com/', 'https://auth.example.com'],
    ['the usual port', 'https://auth.example.com:443', 'https://auth.example.com'],
    ['another port', 'https://auth.example.com:8443', 'https://auth.example.com:8443'],
    ['upper case', 'HTTPS://Auth.Example.com', 'https://auth.example.com'],
  ])('accepts a PUBLIC_URL with %s as its origin', (_, given, origin) => {
    expect(production({ PUBLIC_URL: given }).get(HttpSettings).publicUrl).toBe(origin);
  });

  it.each(['/auth', '/eu/auth', '/v1.2', '/~a_b-c'])('accepts a PUBLIC_URL with the path %s', (path) => {
    const publicUrl = `https://example.com${path}`;
    expect(production({ PUBLIC_URL: publicUrl }).get(HttpSettings)).toMatchObject({
      publicUrl,
      publicPath: path,
    });
  });

  it('runs the embedded server only when a setting says so', () => {
    const settings = production({ DATABASE_URL: undefined, EMBEDDED_DATABASE: 'true' }).get(DatabaseSettings);
    expect(settings.url).toBeUndefined();
  });

  it('accepts a bcrypt cost of 10', () => {
    expect(production({ BCRYPT_COST: '10' }).get(PasswordSettings).cost).toBe(10);
  });
});

describe('outside production', () => {
  it.each([
    ['development', '0.0.0.0'],
    ['development', '::'],
    ['development', '192.168.1.7'],
    ['test', '0.0.0.0'],
  ])('a start in %s on %s is refused', (NODE_ENV, HOST) => {
    expect(faultsOf(() => development({ NODE_ENV, HOST }))).toEqual(['HOST']);
  });

  it('a start is allowed by the setting for it', () => {
    const environment = development({ HOST: '0.0.0.0', ALLOW_INSECURE_DEVELOPMENT: 'true' });
    expect(environment.get(HttpSettings).host).toBe('0.0.0.0');
  });

  it.each(['127.0.0.1', '::1', 'localhost'])('a start on %s is allowed', (HOST) => {
    expect(development({ HOST }).get(HttpSettings).host).toBe(HOST);
  });
});
