import { SigningKeys } from '../../src/tokens/signing-keys';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { type PublishedKey, readJws, signer, thumbprintOf, verifies, writeJws } from '../support/jws';

describe('a signing key', () => {
  let database: TestDatabase;
  let app: TestApp;
  const issued: string[] = [];

  beforeAll(async () => {
    database = await createDatabase();
  });

  afterEach(async () => app.close());
  afterAll(async () => database.drop());

  // One database, so each application finds the keys of those before it.
  const start = async (algorithm: string) => {
    app = await startApp({ env: { DATABASE_URL: database.url, JWT_ALGORITHM: algorithm } });
  };
  const statusWith = async (token: string) => (await app.api.get('/v1/auth/principal', { token })).status;

  it.each(['ES256', 'RS256', 'PS256'] as const)(
    'of JWT_ALGORITHM=%s signs with that algorithm, and the tokens of those before it still verify',
    async (algorithm) => {
      await start(algorithm);
      const { accessToken } = await app.signIn();
      issued.push(accessToken);
      const { body } = await app.api.get<{ keys: PublishedKey[] }>('/.well-known/jwks.json');
      const [newest] = body.keys;
      if (!newest) throw new Error('no key is published');
      expect(newest).toMatchObject({ alg: algorithm, use: 'sig', kid: thumbprintOf(newest) });
      expect(readJws(accessToken).header).toEqual({ alg: algorithm, typ: 'at+jwt', kid: newest.kid });
      expect(verifies(accessToken, newest)).toBe(true);
      expect(body.keys).toHaveLength(issued.length);
      for (const token of issued) expect(await statusWith(token)).toBe(200);
    },
  );

  it.each([
    ['RS256', 'PS256'],
    ['PS256', 'RS256'],
  ] as const)('of %s verifies no %s, though an RSA key could do both', async (own, other) => {
    await start('PS256');
    const key = app.nest.get(SigningKeys).all.find(({ algorithm }) => algorithm === own);
    if (!key) throw new Error(`there is no key of ${own}`);
    const { claims } = readJws((await app.signIn()).accessToken);
    const forge = (alg: string, signedAs: 'RS256' | 'PS256') =>
      writeJws({ alg, typ: 'at+jwt', kid: key.kid }, claims, signer(signedAs, key.privateKey));
    expect(await statusWith(forge(own, own))).toBe(200);
    expect(await statusWith(forge(other, other))).toBe(401);
    expect(await statusWith(forge(own, other))).toBe(401);
    expect(await statusWith(forge(other, own))).toBe(401);
  });
});
