import { SigningKeyStore } from '../../src/tokens';
import { SigningKeys } from '../../src/tokens/signing-keys';
import type { TokenBody } from '../support/api';
import { startApp, type TestApp } from '../support/app';
import { createDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { readJws, signer, writeJws } from '../support/jws';
import { inParallel } from '../support/parallel';
import { expectProblem } from '../support/problem';
import { keySetOf, kidOf, kidsOf, pass, statusWith } from '../support/signing';
import { TcpProxy } from '../support/tcp-proxy';

describe('revoking a signing key', () => {
  let app: TestApp;
  let store: SigningKeyStore;

  beforeEach(async () => {
    app = await startApp();
    // Or the next key would be as old as the first.
    app.clock.advance({ seconds: 1 });
    store = app.nest.get(SigningKeyStore);
  });

  afterEach(async () => app.close());

  /** Memory knows of it when this returns. */
  async function revoke(kid: string): Promise<boolean> {
    const found = await store.revoke(kid);
    await pass(app, {});
    return found;
  }

  const refresh = async ({ refreshToken }: TokenBody) =>
    app.api.post<TokenBody>('/v1/auth/refresh', { json: { refreshToken } });

  it('refuses every token it signed, known or new, and the sessions go on under another', async () => {
    const [seen, unseen] = [await app.signIn(), await app.signIn()];
    const kid = kidOf(seen.accessToken);
    const key = app.nest.get(SigningKeys).find(kid);
    if (!key) throw new Error(`${kid} is not live`);
    expect(await statusWith(app, seen.accessToken)).toBe(200);
    const before = (await keySetOf(app)).headers.get('etag');

    expect(await revoke(kid)).toBe(true);
    const { header, claims } = readJws(seen.accessToken);
    const forged = writeJws(header, { ...claims, jti: 'forged' }, signer('ES256', key.privateKey));
    for (const token of [seen.accessToken, unseen.accessToken, forged])
      expectProblem(await app.api.get('/v1/users/me', { token }), 401, 'invalid-token');
    expect(await kidsOf(app)).toEqual([expect.not.stringContaining(kid)]);
    expect((await keySetOf(app)).headers.get('etag')).not.toBe(before);

    for (const tokens of [seen, unseen]) {
      const { status, body } = await refresh(tokens);
      expect([status, await kidsOf(app)]).toEqual([200, [kidOf(body.accessToken)]]);
      expect(await statusWith(app, body.accessToken)).toBe(200);
    }
  });

  it('takes from its thief even the power to sign others out', async () => {
    const tokens = await app.signIn();
    await revoke(kidOf(tokens.accessToken));
    expect((await app.api.post('/v1/auth/logout', { token: tokens.accessToken })).status).toBe(204);
    expect((await refresh(tokens)).status).toBe(200);
  });

  it('works for one that is retired already', async () => {
    const { accessToken } = await app.signIn();
    await pass(app, { days: 90 });
    await pass(app, { hours: 3 });
    expect(await revoke(kidOf(accessToken))).toBe(true);
    expect(await app.query('SELECT FROM keys WHERE id = $1', [kidOf(accessToken)])).toEqual([]);
    await app.signIn();
  });

  it('lets the one that waits sign at once where there is no other, and makes none', async () => {
    const next = await store.rotate();
    await pass(app, {});
    const { accessToken } = await app.signIn();
    expect(kidOf(accessToken)).not.toBe(next);
    await revoke(kidOf(accessToken));
    expect(await kidsOf(app)).toEqual([next]);
    expect(kidOf((await app.signIn()).accessToken)).toBe(next);
  });

  it('of the next key affects no token', async () => {
    const { accessToken } = await app.signIn();
    await revoke(await store.rotate());
    expect(await kidsOf(app)).toEqual([kidOf(accessToken)]);
    expect(await statusWith(app, accessToken)).toBe(200);
  });

  it('is all or nothing: where no new one can be made, the only one stays', async () => {
    const { accessToken } = await app.signIn();
    await app.query(`CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$`);
    await app.query(`CREATE TRIGGER failing AFTER INSERT ON keys FOR EACH ROW EXECUTE FUNCTION fail()`);
    await expect(revoke(kidOf(accessToken))).rejects.toThrow('no');
    await pass(app, {});
    expect(await kidsOf(app)).toEqual([kidOf(accessToken)]);
    expect(await statusWith(app, accessToken)).toBe(200);
  });

  it('happens once and makes one new key, however many do it at once', async () => {
    const kid = kidOf((await app.signIn()).accessToken);
    const found = await inParallel(8, async () => revoke(kid));
    expect(found.filter(Boolean)).toHaveLength(1);
    expect(await kidsOf(app)).toHaveLength(1);
  });

  it('does not revoke the other secrets in the table by their ids', async () => {
    const tokens = await app.signIn();
    const others = await app.query<{ id: string }>(`SELECT id FROM keys WHERE purpose NOT LIKE '%signing'`);
    expect(others.length).toBeGreaterThan(1);
    for (const id of [...others.map((row) => row.id), '', '%', kidOf(tokens.accessToken).toUpperCase()])
      expect([id, await revoke(id)]).toEqual([id, false]);
    expect(await statusWith(app, tokens.accessToken)).toBe(200);
    expect((await refresh(tokens)).status).toBe(200);
  });
});

describe('an instance that was cut off from the database while a key was revoked', () => {
  it.each([
    ['a moment', {}],
    ['longer than anything else has to be remembered', { hours: 3 }],
  ])('for %s trusts that key no more when it is back', async (_, away) => {
    const database = await createDatabase();
    const proxy = await TcpProxy.to(database.url);
    const app = await startApp({ env: { DATABASE_URL: proxy.url } });
    const other = await startApp({ env: { DATABASE_URL: database.url } });
    try {
      const { accessToken } = await app.signIn();
      const kid = kidOf(accessToken);
      await proxy.goAway();
      await other.nest.get(SigningKeyStore).revoke(kid);
      const successor = await other.nest.get(SigningKeyStore).published();
      app.clock.advance(away);
      await proxy.comeBack();
      await eventually(async () => {
        expect(await kidsOf(app)).toEqual(successor.map(({ id }) => id));
      });
      expect(kidOf((await app.signIn()).accessToken)).toBe(successor[0]?.id);
    } finally {
      await app.close();
      await other.close();
      await proxy.close();
      await database.drop();
    }
  });
});
