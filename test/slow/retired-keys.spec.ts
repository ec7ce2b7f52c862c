import { randomBytes } from 'node:crypto';
import { KeyWrap } from '../../src/platform/keyring/key-wrap';
import { SigningKeys } from '../../src/tokens/signing-keys';
import type { TokenBody } from '../support/api';
import { startApp, TEST_ENVIRONMENT, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { readJws, signer, writeJws } from '../support/jws';
import { expectProblem } from '../support/problem';
import { kidOf, kidsOf, pass, statusWith } from '../support/signing';

const FORMER = TEST_ENVIRONMENT.AUTH_SECRET ?? '';
const TODAYS = randomBytes(32).toString('hex');

interface Row {
  readonly id: string;
  readonly purpose: string;
  readonly algorithm: string;
  readonly wrapped: Buffer;
}

describe('a signing key whose tokens have all expired', () => {
  let database: TestDatabase;
  let app: TestApp;
  let tokens: TokenBody;
  let kid: string;

  beforeEach(async () => {
    database = await createDatabase();
    await start();
    tokens = await app.signIn();
    kid = kidOf(tokens.accessToken);
  });

  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  const start = async (env = {}) => {
    // A period of 144 minutes, of which others have 36 to fetch the next one.
    app = await startApp({ env: { DATABASE_URL: database.url, SIGNING_KEY_DAYS: '0.1', ...env } });
  };

  async function retire(): Promise<void> {
    await pass(app, { minutes: 144 });
    await pass(app, { minutes: 36 + 61 });
    expect(await kidsOf(app)).toEqual([expect.not.stringContaining(kid)]);
  }

  const privateKey = () => {
    const key = app.nest.get(SigningKeys).find(kid);
    if (!key) throw new Error(`${kid} is not live`);
    return key.privateKey;
  };
  const logOut = async (token: string) => (await app.api.post('/v1/auth/logout', { token })).status;
  const refresh = async ({ refreshToken }: TokenBody) =>
    (await app.api.post('/v1/auth/refresh', { json: { refreshToken } })).status;

  /** The rows of the table that hold these bytes, wrapped or once they are unwrapped. */
  async function rowsWith(bytes: Buffer): Promise<string[]> {
    const wrap = new KeyWrap(Buffer.from(FORMER, 'hex'));
    const rows = await app.query<Row>('SELECT * FROM keys');
    const showing = rows.filter(({ wrapped, ...row }) => {
      const plain = wrap.unwrap(wrapped, `${row.purpose}/${row.algorithm}/${row.id}`);
      return plain.includes(bytes) || wrapped.includes(bytes);
    });
    return showing.map(({ id }) => id);
  }

  it('leaves nothing of its private half in the table', async () => {
    const { d = '' } = privateKey().export({ format: 'jwk' });
    const secret = Buffer.from(d, 'base64url');
    expect(await rowsWith(secret)).toEqual([kid]);
    await retire();
    expect(await rowsWith(secret)).toEqual([]);
    expect(await app.query('SELECT purpose FROM keys WHERE id = $1', [kid])).toEqual([
      { purpose: 'retired-signing' },
    ]);
  });

  it('still signs out a user with an expired token of it, and does nothing else', async () => {
    await retire();
    expectProblem(await app.api.get('/v1/users/me', { token: tokens.accessToken }), 401, 'invalid-token');
    expect(await logOut(tokens.accessToken)).toBe(204);
    expect(await refresh(tokens)).toBe(401);
  });

  it('opens nothing for a thief of its private half, who can sign what never expires', async () => {
    const stolen = privateKey();
    const { header, claims } = readJws(tokens.accessToken);
    const forge = () => {
      const iat = Math.floor(app.clock.nowMs() / 1_000);
      return writeJws(header, { ...claims, iat, exp: iat + 900 }, signer('ES256', stolen));
    };
    expect(await statusWith(app, forge())).toBe(200);
    const known = forge();
    expect(await statusWith(app, known)).toBe(200);
    await retire();
    for (const token of [forge(), known])
      expectProblem(await app.api.get('/v1/users/me', { token }), 401, 'invalid-token');
    // Nor once it was looked at for signing out.
    const other = await app.signIn();
    const token = writeJws(
      header,
      { ...readJws(other.accessToken).claims, jti: 'forged' },
      signer('ES256', stolen),
    );
    await logOut(forge());
    expect(await statusWith(app, token)).toBe(401);
    expect(await statusWith(app, other.accessToken)).toBe(200);
  });

  it('is known to an application that starts later, and after it was rewrapped under another AUTH_SECRET', async () => {
    await retire();
    const [next] = await kidsOf(app);
    const later = await app.signIn();
    for (const env of [{ AUTH_SECRET: TODAYS, AUTH_SECRETS_RETIRED: FORMER }, { AUTH_SECRET: TODAYS }]) {
      await app.close();
      await start(env);
      await pass(app, { minutes: 144 + 36 + 61 });
      expect(await kidsOf(app)).toContain(next);
      expect(await statusWith(app, later.accessToken)).toBe(200);
      expect(await statusWith(app, tokens.accessToken)).toBe(401);
    }
    expect(await logOut(tokens.accessToken)).toBe(204);
    expect(await refresh(tokens)).toBe(401);
    expect(await refresh(later)).toBe(200);
  });
});

describe('JWT_ALGORITHM changed', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeEach(async () => (database = await createDatabase()));

  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  const start = async (algorithm: string) => {
    app = await startApp({ env: { DATABASE_URL: database.url, JWT_ALGORITHM: algorithm } });
  };

  it('signs with it at once, and takes the former key back when its last token has expired', async () => {
    await start('ES256');
    const former = (await app.signIn()).accessToken;
    await app.close();
    await start('RS256');
    const { accessToken } = await app.signIn();
    expect(readJws(accessToken).header.alg).toBe('RS256');
    expect(await statusWith(app, former)).toBe(200);
    await pass(app, { minutes: 120 });
    expect(await kidsOf(app)).toEqual([kidOf(accessToken), kidOf(former)]);
    await pass(app, { minutes: 2 });
    expect(await kidsOf(app)).toEqual([kidOf(accessToken)]);
    expect(await statusWith(app, (await app.signIn()).accessToken)).toBe(200);
  });

  it('and changed back leaves the key that signs again in use, and its tokens good', async () => {
    await start('ES256');
    const { accessToken } = await app.signIn();
    for (const algorithm of ['RS256', 'ES256', 'RS256', 'ES256']) {
      await app.close();
      await start(algorithm);
      expect(await statusWith(app, accessToken)).toBe(200);
    }
    expect(kidOf((await app.signIn()).accessToken)).toBe(kidOf(accessToken));
    for (let minutes = 0; minutes < 180; minutes += 10) {
      const before = (await app.signIn()).accessToken;
      await pass(app, { minutes: 10 });
      expect([minutes, await statusWith(app, before)]).toEqual([minutes, 200]);
    }
    expect(await kidsOf(app)).toHaveLength(1);
  });
});
