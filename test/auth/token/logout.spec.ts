import type { TokenBody } from '../../support/api';
import { type TestApp, withApp } from '../../support/app';
import { expectOpen, expectOver, openSession } from '../../support/sessions';
import { sharedApp } from '../../support/shared-app';

let app: TestApp;
let tokens: TokenBody;

beforeAll(async () => {
  app = await sharedApp();
});

beforeEach(async () => {
  tokens = await openSession(app, await app.someone());
});

const logOut = (call: Parameters<TestApp['api']['post']>[1]) => app.api.post('/v1/auth/logout', call);
const refresh = (refreshToken: string) =>
  app.api.post<TokenBody>('/v1/auth/refresh', { json: { refreshToken } });

describe('signing out', () => {
  it.each([
    ['the access token', ({ accessToken }: TokenBody) => ({ token: accessToken })],
    ['the refresh token', ({ refreshToken }: TokenBody) => ({ json: { refreshToken } })],
    ['both', ({ accessToken, refreshToken }: TokenBody) => ({ token: accessToken, json: { refreshToken } })],
  ])('with %s ends the session and its access tokens at once', async (_, present) => {
    const { status, text } = await logOut(present(tokens));
    expect([status, text]).toEqual([204, '']);
    await expectOver(app, tokens);
  });

  it('is remembered for the lifetime of the access token', async () => {
    await logOut({ token: tokens.accessToken });
    for (const minutes of [5, 9]) {
      app.clock.advance({ minutes });
      await expectOver(app, tokens);
    }
  });

  it('works with an access token that has expired', async () => {
    app.clock.advance({ days: 1 });
    expect((await logOut({ token: tokens.accessToken })).status).toBe(204);
    expect((await refresh(tokens.refreshToken)).status).toBe(401);
  });

  it('works with a refresh token of an earlier generation', async () => {
    const second = (await refresh(tokens.refreshToken)).body;
    const third = (await refresh(second.refreshToken)).body;
    expect((await logOut({ json: { refreshToken: tokens.refreshToken } })).status).toBe(204);
    await expectOver(app, third);
  });

  it('ends each session whose credential is presented', async () => {
    const person = await app.someone();
    const [one, other, third] = [
      await openSession(app, person),
      await openSession(app, person),
      await openSession(app, person),
    ];
    await logOut({ token: one.accessToken, json: { refreshToken: other.refreshToken } });
    await expectOver(app, one, other);
    await expectOpen(app, third);
  });

  it('returns 204 when repeated, without credentials, and for invalid credentials', async () => {
    const forged = `${tokens.accessToken.slice(0, -8)}AAAAAAAA`;
    const calls = [
      { token: tokens.accessToken },
      { token: tokens.accessToken },
      {},
      { json: {} },
      { token: 'nonsense' },
      { token: forged },
      { json: { refreshToken: 'rt_nonsense' } },
    ];
    for (const call of calls) expect((await logOut(call)).status).toBe(204);
  });

  it('cannot be done to another user with a forged token', async () => {
    const [header = '', payload = ''] = tokens.accessToken.split('.');
    await logOut({ token: `${header}.${payload}.` });
    await logOut({ token: `${header}.${payload}.${'A'.repeat(86)}` });
    await logOut({ json: { refreshToken: `${tokens.refreshToken.slice(0, -4)}AAAA` } });
    await expectOpen(app, tokens);
  });

  it('survives a restart: the access token of a revoked session stays refused', async () => {
    // An application starts at the real time, and the clock of this one may have been moved.
    const ahead = app.clock.nowMs() - Date.now();
    app.clock.advance({ milliseconds: -ahead });
    const { accessToken: token } = await openSession(app, await app.someone());
    await logOut({ token });
    await withApp({ env: { DATABASE_URL: app.databaseUrl } }, async (again) => {
      expect((await again.api.get('/v1/users/me', { token })).status).toBe(401);
    });
    app.clock.advance({ milliseconds: ahead });
  });
});
