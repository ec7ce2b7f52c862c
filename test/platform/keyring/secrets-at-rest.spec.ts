import { hkdfSync, randomBytes } from 'node:crypto';
import { Keyring } from '../../../src/platform/keyring';
import { SigningKeys } from '../../../src/tokens/signing-keys';
import type { Variables } from '../../../src/platform/config';
import type { Answer, TokenBody } from '../../support/api';
import { startApp, TEST_ENVIRONMENT, type TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { filesOf, rowsOf } from '../../support/database-dump';
import { Secrets } from '../../support/secrets';

const FORMER = TEST_ENVIRONMENT.AUTH_SECRET ?? '';
const TODAYS = randomBytes(32).toString('base64url');
const EMAIL = 'ada@example.com';
// Neither plain ASCII, nor in NFC, nor free of what JSON and URLs escape.
const PASSWORD = 'Zwo\u0308lf "Otter" & 7 Laternen';
const WRONG = 'no such password anywhere';
const GARBAGE = { token: 'garbage.access.token', refresh: 'rt_garbage-for-a-refresh-token' };

describe('after a whole life, with the log at its most talkative', () => {
  const log: string[] = [];
  const secrets = new Secrets();
  let database: TestDatabase;
  let app: TestApp;
  const statuses: number[] = [];

  beforeAll(async () => {
    for (const [name, text] of Object.entries({ PASSWORD, WRONG, ...GARBAGE })) secrets.note(name, text);
    secrets.note('password in NFC', PASSWORD.normalize());
    noteSecret('former AUTH_SECRET', FORMER, Buffer.from(FORMER, 'hex'));
    noteSecret('AUTH_SECRET', TODAYS, Buffer.from(TODAYS, 'base64url'));

    database = await createDatabase();
    app = await start({ AUTH_SECRET: FORMER });
    const tokens = await live();
    await noteKeys();
    await app.close();
    app = await start({ AUTH_SECRET: TODAYS, AUTH_SECRETS_RETIRED: FORMER });
    await liveOn(tokens);
  });

  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  async function start(env: Variables): Promise<TestApp> {
    return startApp({ env: { DATABASE_URL: database.url, LOG_LEVEL: 'trace', ...env }, log });
  }

  function noteSecret(name: string, text: string, bytes: Buffer): void {
    secrets.note(`${name}, as it is written`, text);
    secrets.note(name, bytes);
    secrets.note(
      `what is derived from ${name}`,
      Buffer.from(hkdfSync('sha256', bytes, '', 'gatehouse/keyring/wrap', 32)),
    );
  }

  function noteTokens({ accessToken, refreshToken }: TokenBody): void {
    const [, claims = '', signature = ''] = accessToken.split('.');
    const { jti } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { jti: string };
    secrets.note('claims', claims);
    secrets.note('sealed claim', Buffer.from(jti, 'base64url'));
    secrets.note('signature', Buffer.from(signature, 'base64url'));
    const bytes = Buffer.from(refreshToken.slice('rt_'.length), 'base64url');
    secrets.note("refresh token's secret", bytes.subarray(20, 52));
    secrets.note("refresh token's HMAC", bytes.subarray(52));
  }

  async function noteKeys(): Promise<void> {
    for (const purpose of ['passwords', 'refresh'])
      secrets.note(`${purpose} key`, (await app.nest.get(Keyring).secretFor(purpose)).material);
    for (const { kid, privateKey } of app.nest.get(SigningKeys).all)
      secrets.note(
        `signing key ${kid}`,
        Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url'),
      );
  }

  async function post(path: string, json: object, token?: string): Promise<TokenBody> {
    const answer: Answer<TokenBody> = await app.api.post(`/v1/auth/${path}`, {
      json,
      ...(token && { token }),
    });
    statuses.push(answer.status);
    if (answer.status === 200) noteTokens(answer.body);
    return answer.body;
  }

  async function live(): Promise<TokenBody> {
    await post('register', { email: EMAIL, password: PASSWORD });
    await post('register', { email: EMAIL, password: WRONG });
    await post('login', { email: EMAIL, password: WRONG });
    const first = await post('login', { email: EMAIL, password: PASSWORD });
    const second = await post('refresh', { refreshToken: first.refreshToken });
    await post('refresh', { refreshToken: first.refreshToken });
    const third = await post('reauthenticate', { password: PASSWORD }, second.accessToken);
    await post('reauthenticate', { password: WRONG }, third.accessToken);
    return third;
  }

  async function liveOn({ accessToken, refreshToken }: TokenBody): Promise<void> {
    await app.api.get('/v1/users/me', { token: accessToken });
    await app.api.get(`/v1/users/me?access_token=${accessToken}`, { token: GARBAGE.token });
    await app.api.patch('/v1/users/me', { json: { displayName: 'Ada' }, token: accessToken });
    await post('refresh', { refreshToken: GARBAGE.refresh });
    const { refreshToken: next } = await post('refresh', { refreshToken });
    await post('refresh', { refreshToken: next });
    await post('refresh', { refreshToken });
    const other = await post('login', { email: EMAIL, password: PASSWORD });
    await post('logout', { refreshToken: other.refreshToken }, other.accessToken);
    await post('login', { email: EMAIL, password: `${PASSWORD}\0` });
  }

  it('everything went as it should', () => {
    expect(statuses).toEqual([202, 202, 401, 200, 200, 200, 200, 401, 401, 200, 200, 401, 200, 204, 401]);
  });

  it('no row of the database shows a password, a token or a key', async () => {
    const rows = await rowsOf(app);
    expect(rows).toContain(EMAIL);
    expect(secrets.shownIn(rows)).toEqual([]);
  });

  it('nor do the files of the database, with the rows that were changed', async () => {
    const files = await filesOf(app);
    expect(files.includes(EMAIL)).toBe(true);
    expect(secrets.shownIn(files)).toEqual([]);
  });

  it('nor does a line of the log', () => {
    expect(log.filter((line) => line.includes('answered')).length).toBe(statuses.length + 3);
    expect(secrets.shownIn(log.join(''))).toEqual([]);
  });

  it('those files would show what was there for a moment', async () => {
    const note = 'a note that nobody should have kept';
    await app.query(`CREATE TABLE notes (note text)`);
    await app.query(`INSERT INTO notes VALUES ($1)`, [note]);
    await app.query(`DELETE FROM notes`);
    expect(await rowsOf(app)).not.toContain(note);
    expect((await filesOf(app)).includes(note)).toBe(true);
  });
});

describe('a secret that came to light', () => {
  const secrets = new Secrets();
  const secret = randomBytes(32);
  secrets.note('it', secret);

  it.each(['latin1', 'hex', 'base64', 'base64url'] as const)(
    'would be found in %s, wherever it stands',
    (encoding) => {
      for (const before of [0, 1, 2, 20]) {
        const whole = Buffer.concat([randomBytes(before), secret, randomBytes(7)]);
        const text = encoding === 'latin1' ? whole : whole.toString(encoding);
        expect(secrets.shownIn(text)).toEqual(['it']);
        expect(secrets.shownIn(randomBytes(100))).toEqual([]);
      }
    },
  );

  it('would be found among upper-case hex and escaped text, too', () => {
    secrets.note('text', PASSWORD);
    expect(secrets.shownIn(secret.toString('hex').toUpperCase())).toEqual(['it']);
    for (const text of [PASSWORD, JSON.stringify(PASSWORD), encodeURIComponent(PASSWORD)])
      expect(secrets.shownIn(`a line with ${text} in it`)).toEqual(['text']);
  });
});
