import { Keyring, KeyringModule } from '../src/platform/keyring';
import { makeSigningKey, type SigningKey, signingKeyOf } from '../src/tokens/signing-key';
import { SigningKeys } from '../src/tokens/signing-keys';
import { startApp, type TestApp } from './support/app';
import { startContext } from './support/context';
import { createDatabase, type TestDatabase } from './support/database';
import { type Json, readJws, signer, thumbprintOf, verifies, writeJws } from './support/jws';
import { keySetOf, statusWith } from './support/signing';

// ES256 is the algorithm of all other specs; the slow suite changes between all three.
describe('a signing key of JWT_ALGORITHM=PS256, after one of ES256', () => {
  let database: TestDatabase;
  let app: TestApp;
  let former: SigningKey;
  let token: string;
  let claims: Json;

  beforeAll(async () => {
    database = await createDatabase();
    former = await makeFormer();
    app = await startApp({ env: { DATABASE_URL: database.url, JWT_ALGORITHM: 'PS256' } });
    token = (await app.signIn()).accessToken;
    claims = readJws(token).claims;
  });

  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  /** The key of an application that ran on this database before. */
  async function makeFormer(): Promise<SigningKey> {
    const context = await startContext({ imports: [KeyringModule], databaseUrl: database.url });
    const make = async () => makeSigningKey('ES256');
    const [key] = await context.get(Keyring).keysFor({ purpose: 'signing', algorithm: 'ES256', make });
    await context.close();
    if (!key) throw new Error('no key was made');
    return signingKeyOf(key);
  }

  it('signs with that algorithm', async () => {
    const { keys } = (await keySetOf(app)).body;
    expect(keys.map(({ alg }) => alg)).toEqual(['PS256', 'ES256']);
    const [newest] = keys;
    if (!newest) throw new Error('no key is published');
    expect(newest).toMatchObject({ use: 'sig', kid: thumbprintOf(newest) });
    expect(readJws(token).header).toEqual({ alg: 'PS256', typ: 'at+jwt', kid: newest.kid });
    expect(verifies(token, newest)).toBe(true);
    expect(await statusWith(app, token)).toBe(200);
  });

  it('leaves the tokens of the one before good', async () => {
    const header = { alg: 'ES256', typ: 'at+jwt', kid: former.kid };
    const earlier = writeJws(header, claims, signer('ES256', former.privateKey));
    expect(await statusWith(app, earlier)).toBe(200);
  });

  it('verifies no RS256, though an RSA key could do both', async () => {
    const key = app.nest.get(SigningKeys).current;
    const forge = (alg: string, signedAs: 'RS256' | 'PS256') =>
      writeJws({ alg, typ: 'at+jwt', kid: key.kid }, claims, signer(signedAs, key.privateKey));
    expect(await statusWith(app, forge('PS256', 'PS256'))).toBe(200);
    expect(await statusWith(app, forge('RS256', 'RS256'))).toBe(401);
    expect(await statusWith(app, forge('PS256', 'RS256'))).toBe(401);
    expect(await statusWith(app, forge('RS256', 'PS256'))).toBe(401);
  });
});
