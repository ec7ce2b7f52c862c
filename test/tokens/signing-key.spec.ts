import { generateKeyPairSync } from 'node:crypto';
import { ChangeFeed } from '../../src/platform/change-feed';
import { Keyring, KeyringModule, type NewKey } from '../../src/platform/keyring';
import { makeSigningKey, type SigningKey, signingKeyOf } from '../../src/tokens/signing-key';
import { SigningKeys } from '../../src/tokens/signing-keys';
import { startApp, type TestApp } from '../support/app';
import { startContext } from '../support/context';
import { createDatabase, type TestDatabase } from '../support/database';
import { withinBound } from '../support/eventually';
import { FeedReaders } from '../support/change-feed-readers';
import { type Json, readJws, signer, thumbprintOf, verifies, writeJws } from '../support/jws';
import { Others } from '../support/others';
import { expectProblem } from '../support/problem';
import { keySetOf, statusWith } from '../support/signing';

// ES256 is the algorithm of all other specs; the slow suite changes between all three.
describe('a signing key of JWT_ALGORITHM=PS256, after one of ES256', () => {
  let database: TestDatabase;
  let app: TestApp;
  let former: SigningKey;
  let token: string;
  let claims: Json;

  beforeAll(async () => {
    database = await createDatabase();
    former = await makeKeys();
    app = await startApp({ env: { DATABASE_URL: database.url, JWT_ALGORITHM: 'PS256' } });
    token = (await app.signIn()).accessToken;
    claims = readJws(token).claims;
  });

  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  /** One of each, as earlier starts would have made them. The shorter RSA key takes a quarter of the time. */
  async function makeKeys(): Promise<SigningKey> {
    const context = await startContext({ imports: [KeyringModule], databaseUrl: database.url });
    const keyring = context.get(Keyring);
    const keep = async (algorithm: string, make: () => NewKey | Promise<NewKey>) =>
      keyring.keysFor({ purpose: 'signing', algorithm, make });
    const [es256] = await keep('ES256', async () => makeSigningKey('ES256'));
    await keep('PS256', () => {
      const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const material = privateKey.export({ type: 'pkcs8', format: 'der' });
      return { id: thumbprintOf(publicKey.export({ format: 'jwk' })), material };
    });
    await context.close();
    if (!es256) throw new Error('no key was made');
    return signingKeyOf(es256);
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

  it('goes on from memory where a change of AUTH_SECRET left this instance behind, and says that it is not ready', async () => {
    const header = { alg: 'ES256', typ: 'at+jwt', kid: former.kid };
    const earlier = writeJws(header, claims, signer('ES256', former.privateKey));
    const others = new Others(app.databaseUrl);
    const operator = await others.connect();
    await operator.query(`UPDATE keys SET wrapped_by = '!' || wrapped_by`);
    await new FeedReaders(operator).cut();
    await operator.query(
      `INSERT INTO keys SELECT 'theirs', purpose, algorithm, wrapped, wrapped_by, now() FROM keys
      WHERE id = $1`,
      [former.kid],
    );
    await app.nest.get(ChangeFeed).publishAfterCommit();
    expect([await statusWith(app, token), await statusWith(app, earlier)]).toEqual([200, 200]);
    expect(await statusWith(app, (await app.signIn()).accessToken)).toBe(200);
    expectProblem(await app.api.get('/health/ready'), 503, 'unavailable');

    await operator.query('DELETE FROM keys WHERE id = $1', [former.kid]);
    await withinBound(async () => expect(await statusWith(app, earlier)).toBe(401));
    expect(await statusWith(app, token)).toBe(200);

    await operator.query(`DELETE FROM keys WHERE purpose = 'signing'`);
    await withinBound(async () => expect(await statusWith(app, token)).toBe(401));
    const { email, password } = await app.someone();
    expectProblem(await app.api.post('/v1/auth/login', { json: { email, password } }), 503, 'unavailable');
    await others.close();
  });
});
