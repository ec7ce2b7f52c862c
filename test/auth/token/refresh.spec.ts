import { Environment } from '../../../src/platform/config';
import { Keyring } from '../../../src/platform/keyring';
import {
  readRefreshToken,
  type RefreshTokenPayload,
  writeRefreshToken,
} from '../../../src/sessions/refresh-token';
import { SessionSettings } from '../../../src/sessions/session.settings';
import type { ProblemBody, TokenBody } from '../../support/api';
import type { TestApp } from '../../support/app';
import { inOrder } from '../../support/in-order';
import { inParallel } from '../../support/parallel';
import { openSession } from '../../support/sessions';
import { sharedApp } from '../../support/shared-app';

let app: TestApp;

beforeAll(async () => {
  app = await sharedApp();
});

describe('a refresh token', () => {
  let key: Buffer;

  beforeAll(async () => {
    key = (await app.nest.get(Keyring).secretFor('refresh')).material;
  });

  const open = async () => openSession(app, await app.someone());
  const sessionIdOf = (token: string) => readRefreshToken(token, key)?.sessionId ?? '';
  const generationOf = async (token: string) =>
    app.query('SELECT generation FROM sessions WHERE id = $1', [sessionIdOf(token)]);
  /** As though the session had been opened, or last used, so many days earlier. */
  const age = async (token: string, column: 'created_at' | 'last_used_at', days: number) =>
    app.query(`UPDATE sessions SET ${column} = ${column} - make_interval(days => $2) WHERE id = $1`, [
      sessionIdOf(token),
      days,
    ]);
  const refresh = (refreshToken: string) =>
    app.api.post<TokenBody & ProblemBody>('/v1/auth/refresh', { json: { refreshToken } });
  const statusOf = async (refreshToken: string) => (await refresh(refreshToken)).status;
  const accessStatus = async (token: string) => (await app.api.get('/v1/auth/principal', { token })).status;

  /** What an attacker who holds the application's key, but not the session's token, could write. */
  const forge = (token: string, change: (claim: RefreshTokenPayload) => Partial<RefreshTokenPayload>) => {
    const claim = readRefreshToken(token, key);
    if (!claim) throw new Error('not a refresh token of this application');
    return writeRefreshToken({ ...claim, ...change(claim) }, key);
  };

  it('is replaced by the next generation of the same session, which takes no further row', async () => {
    const person = await app.someone();
    const first = await openSession(app, person);
    const { status, body } = await refresh(first.refreshToken);
    expect(status).toBe(200);
    expect(body).toEqual({
      accessToken: expect.any(String),
      tokenType: 'Bearer',
      expiresIn: 900,
      refreshToken: expect.stringMatching(/^rt_[\w-]{112}$/),
      refreshExpiresIn: 14 * 86_400,
    });
    expect(body.refreshToken).not.toBe(first.refreshToken);
    expect(await statusOf(body.refreshToken)).toBe(200);
    const text = 'SELECT s.id FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email = $1';
    expect(await app.query(text, [person.email])).toEqual([{ id: sessionIdOf(first.refreshToken) }]);
  });

  it('has one successor, and one live generation, for several requests at once', async () => {
    const { refreshToken } = await open();
    const answers = await inParallel(5, () => refresh(refreshToken));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map(({ body }) => body.refreshToken)).size).toBe(1);
    expect(await generationOf(refreshToken)).toEqual([{ generation: 1 }]);
  });

  it('is decided after a concurrent refresh', async () => {
    const { refreshToken } = await open();
    const session = { table: 'sessions' as const, id: sessionIdOf(refreshToken) };
    const work = () => refresh(refreshToken);
    const answers = await inOrder(app, session, [work, work]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(new Set(answers.map(({ body }) => body.refreshToken)).size).toBe(1);
    expect(await generationOf(refreshToken)).toEqual([{ generation: 1 }]);
  });

  it('is refused to a user who was disabled', async () => {
    const person = await app.someone();
    const { refreshToken } = await openSession(app, person);
    await app.query(`UPDATE users SET status = 'disabled' WHERE email = $1`, [person.email]);
    expect(await statusOf(refreshToken)).toBe(401);
    await app.query(`UPDATE users SET status = 'active' WHERE email = $1`, [person.email]);
    expect(await statusOf(refreshToken)).toBe(200);
  });

  it('gets the same successor again for 30 seconds, which extends nothing', async () => {
    const { refreshToken } = await open();
    const first = await refresh(refreshToken);
    app.clock.advance({ seconds: 30 });
    const second = await refresh(refreshToken);
    expect(second.status).toBe(200);
    expect(second.body.refreshToken).toBe(first.body.refreshToken);
    expect(second.body.accessToken).not.toBe(first.body.accessToken);
    expect(second.body.refreshExpiresIn).toBe(first.body.refreshExpiresIn - 30);
    app.clock.advance({ milliseconds: 1 });
    expect(await statusOf(refreshToken)).toBe(401);
  });

  it('ends the whole session when an old one is used again, and only that session', async () => {
    const person = await app.someone();
    const [victim, bystander] = [await openSession(app, person), await openSession(app, person)];
    const current = (await refresh(victim.refreshToken)).body;
    app.clock.advance({ seconds: 31 });

    const { status, body, headers } = await refresh(victim.refreshToken);
    expect([status, body.code]).toEqual([401, 'invalid-refresh-token']);
    expect(headers.get('www-authenticate')).toBe('Bearer realm="Gatehouse"');
    expect(await statusOf(current.refreshToken)).toBe(401);
    expect(await accessStatus(current.accessToken)).toBe(401);
    expect(await accessStatus(bystander.accessToken)).toBe(200);
    expect(await statusOf(bystander.refreshToken)).toBe(200);
  });

  it('ends the session at once when it is two generations old, grace or not', async () => {
    const first = await open();
    const second = (await refresh(first.refreshToken)).body;
    const third = (await refresh(second.refreshToken)).body;
    expect(await statusOf(first.refreshToken)).toBe(401);
    expect(await statusOf(third.refreshToken)).toBe(401);
  });

  it('gets no successor again while a clock is set back', async () => {
    const ahead = async (seconds: number) => {
      const first = await open();
      const current = (await refresh(first.refreshToken)).body;
      const later = 'UPDATE sessions SET rotated_at = rotated_at + make_interval(secs => $2) WHERE id = $1';
      await app.query(later, [sessionIdOf(first.refreshToken), seconds]);
      return [await statusOf(first.refreshToken), await statusOf(current.refreshToken)];
    };
    expect(await ahead(30)).toEqual([200, 200]);
    expect(await ahead(31)).toEqual([401, 401]);
  });

  it('cannot be derived from its session: a forged one is refused and revokes nothing', async () => {
    const { refreshToken } = await open();
    const forgeries = [
      refreshToken.slice(0, -1) + (refreshToken.endsWith('A') ? 'B' : 'A'),
      writeRefreshToken(readRefreshToken(refreshToken, key) as RefreshTokenPayload, Buffer.alloc(32, 7)),
      forge(refreshToken, () => ({ secret: Buffer.alloc(32, 7) })),
      forge(refreshToken, ({ generation }) => ({ generation: generation + 1 })),
      ...[2 ** 31 - 2, 2 ** 31 - 1, 2 ** 32 - 1].map((generation) =>
        forge(refreshToken, () => ({ generation })),
      ),
      forge(refreshToken, () => ({ sessionId: '019abcde-0000-7000-8000-000000000000' })),
      '',
      'rt_',
      `rt_${'A'.repeat(60_000)}`,
    ];
    for (const forgery of forgeries) {
      const { status, body } = await refresh(forgery);
      expect([status, body.code]).toEqual([401, 'invalid-refresh-token']);
    }
    expect(await statusOf(refreshToken)).toBe(200);
  });

  it('is not stored in the database, nor is anything it could be derived from', async () => {
    const { refreshToken } = await open();
    const claim = readRefreshToken(refreshToken, key) as RefreshTokenPayload;
    const [row] = await app.query<{ dump: string }>('SELECT s::text AS dump FROM sessions s WHERE id = $1', [
      claim.sessionId,
    ]);
    expect(row?.dump).toBeDefined();
    expect(row?.dump).not.toContain(claim.secret.toString('hex'));
    expect(row?.dump).not.toContain(refreshToken.slice(30));
  });

  it('expires when it is not used for 14 days', async () => {
    const [unused, used] = [await open(), await open()];
    for (const { refreshToken } of [unused, used]) await age(refreshToken, 'last_used_at', 13);
    const renewed = (await refresh(used.refreshToken)).body;
    app.clock.advance({ days: 1 });
    expect(await statusOf(unused.refreshToken)).toBe(401);
    expect(await statusOf(renewed.refreshToken)).toBe(200);
  });

  it('cannot extend its session past 90 days', async () => {
    const first = await open();
    await age(first.refreshToken, 'created_at', 80);
    const { refreshToken, refreshExpiresIn } = (await refresh(first.refreshToken)).body;
    expect(refreshExpiresIn).toBe(10 * 86_400);
    await age(refreshToken, 'created_at', 10);
    expect(await statusOf(refreshToken)).toBe(401);
  });

  it('has to be a string; without one the answer is 401', async () => {
    for (const refreshToken of [1, true, ['rt_'], { $ne: '' }]) {
      const { status, body } = await app.api.post<ProblemBody>('/v1/auth/refresh', {
        json: { refreshToken },
      });
      expect([status, body.errors?.[0]?.pointer]).toEqual([422, '/refreshToken']);
    }
    const { status, body } = await app.api.post<ProblemBody>('/v1/auth/refresh');
    expect([status, body.code]).toEqual([401, 'invalid-refresh-token']);
  });
});

describe('with REFRESH_GRACE_SECONDS=0', () => {
  it('a refresh token works once, even within the same millisecond', async () => {
    const { graceMs } = new SessionSettings(new Environment({ REFRESH_GRACE_SECONDS: '0' }));
    const replaced = jest.replaceProperty(app.nest.get(SessionSettings), 'graceMs', graceMs);
    const { refreshToken } = await openSession(app, await app.someone());
    const answers = await inParallel(3, () => app.api.post('/v1/auth/refresh', { json: { refreshToken } }));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401, 401]);
    replaced.restore();
  });
});
