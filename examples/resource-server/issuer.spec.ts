import { startApp, type TestApp } from '../../test/kit';
import { ChangeFeed } from '../../src/platform/change-feed';
import { RolesService } from '../../src/roles';
import { SigningKeyStore } from '../../src/tokens/signing-key.store';
import { AUDIENCE } from '../../test/support/issuer';
import { readJws } from '../../test/support/jws';
import { freePort } from '../../test/support/process';
import { closeServices, REFUSED, serviceOf } from '../../test/support/reports-service';
import { pass } from '../../test/support/signing';

afterAll(closeServices);

describe('a service that knows the address of this application', () => {
  let app: TestApp;
  let issuer: string;

  beforeAll(async () => {
    const port = await freePort();
    issuer = `http://127.0.0.1:${port}`;
    app = await startApp({ env: { PORT: String(port), PUBLIC_URL: issuer, TOKEN_AUDIENCE: AUDIENCE } });
    await app.nest.get(RolesService).save({ name: 'support', description: null, permissions: [] });
  });

  afterAll(async () => app.close());

  it('accepts the tokens of its users, by role', async () => {
    const ask = await serviceOf(issuer, { now: () => app.clock.now() });
    const ada = await app.as('ada', { roles: ['support'] });
    expect(await ask(ada.token)).toMatchObject({ status: 200, readBy: ada.id });
    expect(await ask((await app.as('bob')).token)).toMatchObject({ status: 403 });
  });

  it('continues after the signing key is replaced', async () => {
    const ask = await serviceOf(issuer, { cooldownMs: 0, now: () => app.clock.now() });
    const rights = { roles: ['support'] };
    const first = await app.as('ada', rights);
    expect(await ask(first.token)).toMatchObject({ status: 200 });
    app.clock.advance({ days: 1 });
    await app.nest.get(SigningKeyStore).rotate();
    // Read the change now: an hour later it would already have been deleted.
    await app.nest.get(ChangeFeed).publishAfterCommit();
    // The key signs once every service that caches keys for an hour knows it.
    await pass(app, { minutes: 61 });
    const { token } = await app.as('ada', rights);
    expect(readJws(token).header.kid).not.toBe(readJws(first.token).header.kid);
    expect(await ask(token)).toMatchObject({ status: 200 });
  });

  it('accepts a token of a revoked session until it expires', async () => {
    const ask = await serviceOf(issuer, { now: () => app.clock.now() });
    const ada = await app.as('ada', { roles: ['support'] });
    expect((await ada.post('/v1/auth/logout')).status).toBe(204);
    expect((await ada.get('/v1/auth/principal')).status).toBe(401);
    expect(await ask(ada.token)).toMatchObject({ status: 200 });
    app.clock.advance({ minutes: 15 });
    expect(await ask(ada.token)).toEqual(REFUSED);
  });
});
