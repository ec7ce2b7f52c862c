import type { TokenBody } from './support/api';
import { startApp, type TestApp } from './support/app';
import { inParallel } from './support/parallel';
import { expectProblem } from './support/problem';
import { askSessions, currentOf, sessionIdOf, sessionsOf } from './support/sessions';

describe('the list of sessions', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });

  afterAll(async () => app.close());

  const refresh = async ({ refreshToken }: TokenBody, headers: Record<string, string> = {}) => {
    const { status, body } = await app.api.post<TokenBody>('/v1/auth/refresh', {
      json: { refreshToken },
      headers,
    });
    expect(status).toBe(200);
    return body;
  };
  const inDays = (days: number) => new Date(app.clock.nowMs() + days * 86_400_000).toISOString();

  it('holds all of a user, the newest first, says which is this one, and nothing else of them', async () => {
    const person = await app.someone();
    const tokens = [await app.signIn(person), await app.signIn(person), await app.signIn(person)];
    const [, middle] = tokens;
    const { status, headers, body } = await askSessions(app, middle?.accessToken ?? '');
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toEqual({
      items: tokens.toReversed().map((each) => ({
        id: sessionIdOf(each.accessToken),
        current: each === middle,
        createdAt: inDays(0),
        lastUsedAt: inDays(0),
        expiresAt: inDays(14),
        ipAddress: '127.0.0.1',
        userAgent: 'node',
      })),
      nextCursor: null,
    });
  });

  it('shows a user none of anybody else', async () => {
    const [ada, bob] = [await app.signIn(), await app.signIn()];
    const ids = async ({ accessToken }: TokenBody) =>
      (await sessionsOf(app, accessToken)).items.map(({ id }) => id);
    expect(await ids(ada)).toEqual([sessionIdOf(ada.accessToken)]);
    expect(await ids(bob)).toEqual([sessionIdOf(bob.accessToken)]);
  });

  it('is for those who are signed in', async () => {
    expectProblem(await app.api.get('/v1/sessions'), 401, 'authentication-required');
    expectProblem(await askSessions(app, 'x'), 401, 'invalid-token');
  });

  it('follows a session as it is refreshed, and never past its end', async () => {
    let tokens = await app.signIn();
    const createdAt = inDays(0);
    for (let days = 0; days < 84; days += 12) {
      app.clock.advance({ days: 12 });
      tokens = await refresh(tokens);
      expect(await currentOf(app, tokens.accessToken)).toMatchObject({
        createdAt,
        lastUsedAt: inDays(0),
        expiresAt: inDays(Math.min(14, 90 - (days + 12))),
      });
    }
  });

  it('is not moved by a replayed refresh, nor by being looked at', async () => {
    const first = await app.signIn();
    app.clock.advance({ seconds: 5 });
    await refresh(first, { 'user-agent': 'owner' });
    const before = await currentOf(app, first.accessToken);
    app.clock.advance({ seconds: 5 });
    await refresh(first, { 'user-agent': 'somebody else' });
    await app.api.get('/v1/users/me', { token: first.accessToken });
    expect(await currentOf(app, first.accessToken)).toEqual(before);
    expect(before.userAgent).toBe('owner');
  });

  it('leaves out what was ended, what was not used for too long, and what is over for good', async () => {
    const person = await app.someone();
    const ended = await app.signIn(person);
    await app.api.post('/v1/auth/logout', { json: { refreshToken: ended.refreshToken } });
    const idle = await app.signIn(person);
    let longest = await app.signIn(person);
    const seen = async () => {
      const { accessToken } = await app.signIn(person);
      const { items } = await sessionsOf(app, accessToken);
      await app.api.post('/v1/auth/logout', { token: accessToken });
      return items.filter(({ current }) => !current).map(({ id }) => id);
    };
    const [idleId, longestId] = [idle, longest].map(({ accessToken }) => sessionIdOf(accessToken));
    expect(await seen()).toEqual([longestId, idleId]);
    app.clock.advance({ days: 13 });
    longest = await refresh(longest);
    app.clock.advance({ days: 1, milliseconds: -1 });
    expect(await seen()).toEqual([longestId, idleId]);
    app.clock.advance({ milliseconds: 1 });
    expect(await seen()).toEqual([longestId]);
    for (let days = 14; days < 86; days += 12) {
      longest = await refresh(longest);
      app.clock.advance({ days: 12 });
    }
    longest = await refresh(longest);
    app.clock.advance({ days: 4, milliseconds: -1 });
    expect(await seen()).toEqual([longestId]);
    app.clock.advance({ milliseconds: 1 });
    expect(await seen()).toEqual([]);
  });

  it('has no secret in it: no digest, no generation, no part of a token', async () => {
    const { accessToken, refreshToken } = await app.signIn();
    const { text, body } = await askSessions(app, accessToken);
    const [row] = await app.query<{ digest: string }>(
      `SELECT encode(secret_digest, 'hex') AS digest FROM sessions WHERE id = $1`,
      [sessionIdOf(accessToken)],
    );
    const digest = Buffer.from(row?.digest ?? '', 'hex');
    for (const form of ['hex', 'base64', 'base64url'] as const)
      expect(text).not.toContain(digest.toString(form));
    expect(text).not.toContain(refreshToken.slice(30, 60));
    expect(text).not.toMatch(/digest|secret|generation|rotated|revoked|methods|user_?id/i);
    expect(body.items).toHaveLength(1);
  });

  it('is the same for 50 who ask at once', async () => {
    const { accessToken } = await app.signIn();
    const answers = await inParallel(50, async () => askSessions(app, accessToken));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });
});
