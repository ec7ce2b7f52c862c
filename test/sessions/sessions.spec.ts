import type { TokenBody } from '../support/api';
import type { TestApp } from '../support/app';
import { inParallel } from '../support/parallel';
import { expectProblem } from '../support/problem';
import { askSessions, currentOf, openSession, sessionIdOf, sessionsOf } from '../support/sessions';
import { sharedApp } from '../support/shared-app';

const DAY_MS = 86_400_000;

describe('the list of sessions', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await sharedApp();
  });

  const refresh = async ({ refreshToken }: TokenBody, headers: Record<string, string> = {}) => {
    const { status, body } = await app.api.post<TokenBody>('/v1/auth/refresh', {
      json: { refreshToken },
      headers,
    });
    expect(status).toBe(200);
    return body;
  };
  const inDays = (days: number) => new Date(app.clock.nowMs() + days * DAY_MS).toISOString();
  /** As though the session had been opened, or last used, so long ago. */
  const move = async (column: 'created_at' | 'last_used_at', id: string, milliseconds: number) =>
    app.query(`UPDATE sessions SET ${column} = $2 WHERE id = $1`, [
      id,
      new Date(app.clock.nowMs() - milliseconds),
    ]);

  it('contains all sessions of the user, newest first, and marks the current one', async () => {
    const person = await app.someone();
    const tokens = [await openSession(app, person), await app.signIn(person), await openSession(app, person)];
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

  it('contains no session of another user', async () => {
    const [ada, bob] = [
      await openSession(app, await app.someone()),
      await openSession(app, await app.someone()),
    ];
    const ids = async ({ accessToken }: TokenBody) =>
      (await sessionsOf(app, accessToken)).items.map(({ id }) => id);
    expect(await ids(ada)).toEqual([sessionIdOf(ada.accessToken)]);
    expect(await ids(bob)).toEqual([sessionIdOf(bob.accessToken)]);
  });

  it('needs an access token', async () => {
    expectProblem(await app.api.get('/v1/sessions'), 401, 'authentication-required');
    expectProblem(await askSessions(app, 'x'), 401, 'invalid-token');
  });

  it.each([1, 75, 76, 77, 89])('shows when a session expires: %i days after it was opened', async (days) => {
    const { accessToken, ...tokens } = await openSession(app, await app.someone());
    await move('created_at', sessionIdOf(accessToken), days * DAY_MS);
    const createdAt = inDays(-days);
    app.clock.advance({ minutes: 1 });
    await refresh({ accessToken, ...tokens });
    expect(await currentOf(app, accessToken)).toMatchObject({
      createdAt,
      lastUsedAt: inDays(0),
      expiresAt: [inDays(14), new Date(Date.parse(createdAt) + 90 * DAY_MS).toISOString()].toSorted()[0],
    });
  });

  it('is not changed by a replayed refresh, nor by being read', async () => {
    const first = await openSession(app, await app.someone());
    app.clock.advance({ seconds: 5 });
    await refresh(first, { 'user-agent': 'owner' });
    const before = await currentOf(app, first.accessToken);
    app.clock.advance({ seconds: 5 });
    await refresh(first, { 'user-agent': 'another client' });
    await app.api.get('/v1/users/me', { token: first.accessToken });
    expect(await currentOf(app, first.accessToken)).toEqual(before);
    expect(before.userAgent).toBe('owner');
  });

  it('leaves out sessions that are revoked, unused for 14 days, or 90 days old', async () => {
    const person = await app.someone();
    const { accessToken: token } = await openSession(app, person);
    const [ended, idle, old] = [
      await openSession(app, person),
      await openSession(app, person),
      await openSession(app, person),
    ];
    await app.api.post('/v1/auth/logout', { json: { refreshToken: ended.refreshToken } });
    const [idleId, oldId] = [sessionIdOf(idle.accessToken), sessionIdOf(old.accessToken)];
    await move('last_used_at', idleId, 14 * DAY_MS - 1);
    await move('created_at', oldId, 90 * DAY_MS - 2);
    const seen = async () =>
      (await sessionsOf(app, token)).items.filter(({ current }) => !current).map(({ id }) => id);
    expect(await seen()).toEqual([oldId, idleId]);
    app.clock.advance({ milliseconds: 1 });
    expect(await seen()).toEqual([oldId]);
    app.clock.advance({ milliseconds: 1 });
    expect(await seen()).toEqual([]);
  });

  it('has no secret in it: no digest, no generation, no part of a token', async () => {
    const { accessToken, refreshToken } = await openSession(app, await app.someone());
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

  it('is the same for five requests at once', async () => {
    const { accessToken } = await openSession(app, await app.someone());
    const answers = await inParallel(5, async () => askSessions(app, accessToken));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });
});
