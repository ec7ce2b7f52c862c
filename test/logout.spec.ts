import type { TokenBody } from './support/api';
import { startApp, type TestApp } from './support/app';

describe('signing out', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });

  afterAll(async () => app.close());

  const logOut = (call: Parameters<TestApp['api']['post']>[1]) => app.api.post('/v1/auth/logout', call);
  const refresh = (refreshToken: string) =>
    app.api.post<TokenBody>('/v1/auth/refresh', { json: { refreshToken } });

  const isOver = async ({ accessToken, refreshToken }: TokenBody) => {
    const access = await app.api.get('/v1/users/me', { token: accessToken });
    const renewal = await refresh(refreshToken);
    return access.status === 401 && renewal.status === 401;
  };
  const isOpen = async ({ accessToken, refreshToken }: TokenBody) => {
    const access = await app.api.get('/v1/users/me', { token: accessToken });
    return access.status === 200 && (await refresh(refreshToken)).status === 200;
  };

  it.each([
    ['the access token', ({ accessToken }: TokenBody) => ({ token: accessToken })],
    ['the refresh token', ({ refreshToken }: TokenBody) => ({ json: { refreshToken } })],
    ['both', ({ accessToken, refreshToken }: TokenBody) => ({ token: accessToken, json: { refreshToken } })],
  ])('with %s ends the session and its access tokens at once', async (_, present) => {
    const tokens = await app.signIn();
    const { status, text } = await logOut(present(tokens));
    expect([status, text]).toEqual([204, '']);
    expect(await isOver(tokens)).toBe(true);
  });

  it('works with an access token that has expired', async () => {
    const tokens = await app.signIn();
    app.clock.advance({ days: 1 });
    expect((await logOut({ token: tokens.accessToken })).status).toBe(204);
    expect((await refresh(tokens.refreshToken)).status).toBe(401);
  });

  it('works with a refresh token of an earlier generation', async () => {
    const first = await app.signIn();
    const second = (await refresh(first.refreshToken)).body;
    const third = (await refresh(second.refreshToken)).body;
    expect((await logOut({ json: { refreshToken: first.refreshToken } })).status).toBe(204);
    expect(await isOver(third)).toBe(true);
  });

  it('ends each session whose credential is presented', async () => {
    const person = await app.someone();
    const [one, other, third] = [
      await app.signIn(person),
      await app.signIn(person),
      await app.signIn(person),
    ];
    await logOut({ token: one.accessToken, json: { refreshToken: other.refreshToken } });
    expect(await isOver(one)).toBe(true);
    expect(await isOver(other)).toBe(true);
    expect(await isOpen(third)).toBe(true);
  });

  it('answers 204 twice, without credentials, and to credentials that are worth nothing', async () => {
    const tokens = await app.signIn();
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

  it('is not something a stranger can do to somebody', async () => {
    const tokens = await app.signIn();
    const [header = '', payload = ''] = tokens.accessToken.split('.');
    await logOut({ token: `${header}.${payload}.` });
    await logOut({ token: `${header}.${payload}.${'A'.repeat(86)}` });
    await logOut({ json: { refreshToken: `${tokens.refreshToken.slice(0, -4)}AAAA` } });
    expect(await isOpen(tokens)).toBe(true);
  });

  it('outlives a restart: an access token of an ended session stays refused', async () => {
    const tokens = await app.signIn();
    await logOut({ token: tokens.accessToken });
    const again = await startApp({ env: { DATABASE_URL: app.databaseUrl } });
    expect((await again.api.get('/v1/users/me', { token: tokens.accessToken })).status).toBe(401);
    await again.close();
  });
});
