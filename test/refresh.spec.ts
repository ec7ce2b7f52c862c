import { Client } from 'pg';
import { Keyring } from '../src/platform/keyring';
import { readRefreshToken, type RefreshClaim, writeRefreshToken } from '../src/sessions/refresh-token';
import type { ProblemBody, TokenBody } from './support/api';
import { startApp, type TestApp } from './support/app';
import { inParallel } from './support/parallel';

describe('a refresh token', () => {
  let app: TestApp;
  let key: Buffer;

  beforeAll(async () => {
    app = await startApp();
    key = (await app.nest.get(Keyring).secretFor('refresh')).material;
  });

  afterAll(async () => app.close());

  const refresh = (refreshToken: string) =>
    app.api.post<TokenBody & ProblemBody>('/v1/auth/refresh', { json: { refreshToken } });
  const statusOf = async (refreshToken: string) => (await refresh(refreshToken)).status;
  const accessStatus = async (token: string) => (await app.api.get('/v1/auth/principal', { token })).status;

  /** What an attacker who holds the application's key, but not the session's token, could write. */
  const forge = (token: string, change: (claim: RefreshClaim) => Partial<RefreshClaim>) => {
    const claim = readRefreshToken(token, key);
    if (!claim) throw new Error('not a refresh token of this application');
    return writeRefreshToken({ ...claim, ...change(claim) }, key);
  };

  it('gives way to the next generation of the same session, which takes no further row', async () => {
    const first = await app.signIn();
    const [before] = await app.query<{ count: string }>('SELECT count(*) FROM sessions');
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
    expect(await app.query('SELECT count(*) FROM sessions')).toEqual([before]);
  });

  it('has one successor, and one live generation, however many ask at once', async () => {
    const { refreshToken } = await app.signIn();
    const answers = await inParallel(100, () => refresh(refreshToken));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const successors = new Set(answers.map(({ body }) => body.refreshToken));
    expect(successors.size).toBe(1);
    const claim = readRefreshToken([...successors][0] ?? '', key);
    const rows = await app.query('SELECT generation FROM sessions WHERE id = $1', [claim?.sessionId]);
    expect(rows).toEqual([{ generation: 1 }]);
  });

  it('waits for a refresh that is under way, instead of judging what that is about to change', async () => {
    const { refreshToken } = await app.signIn();
    const sessionId = readRefreshToken(refreshToken, key)?.sessionId;
    const holder = new Client({ connectionString: app.databaseUrl });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT 1 FROM sessions WHERE id = $1 FOR UPDATE', [sessionId]);
    const waiting = inParallel(5, () => refresh(refreshToken));
    const isWaiting = `SELECT count(*)::int AS count FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    // Not on the holder's connection: within a transaction PostgreSQL shows the activity of its first look.
    while ((await app.query<{ count: number }>(isWaiting))[0]?.count !== 5);
    await holder.query('COMMIT');
    await holder.end();
    expect(new Set((await waiting).map(({ body }) => body.refreshToken)).size).toBe(1);
    const rows = await app.query('SELECT generation FROM sessions WHERE id = $1', [sessionId]);
    expect(rows).toEqual([{ generation: 1 }]);
  });

  it('is refused to somebody whose account was disabled', async () => {
    const person = await app.someone();
    const { refreshToken } = await app.signIn(person);
    await app.query(`UPDATE users SET status = 'disabled' WHERE email = $1`, [person.email]);
    expect(await statusOf(refreshToken)).toBe(401);
    await app.query(`UPDATE users SET status = 'active' WHERE email = $1`, [person.email]);
    expect(await statusOf(refreshToken)).toBe(200);
  });

  it('is answered again with the same successor for 30 seconds, which extends nothing', async () => {
    const { refreshToken } = await app.signIn();
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
    const [victim, bystander] = [await app.signIn(person), await app.signIn(person)];
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
    const first = await app.signIn();
    const second = (await refresh(first.refreshToken)).body;
    const third = (await refresh(second.refreshToken)).body;
    expect(await statusOf(first.refreshToken)).toBe(401);
    expect(await statusOf(third.refreshToken)).toBe(401);
  });

  it('cannot be guessed from its session: a forged one is refused and ends nothing', async () => {
    const { refreshToken } = await app.signIn();
    const forgeries = [
      refreshToken.slice(0, -1) + (refreshToken.endsWith('A') ? 'B' : 'A'),
      writeRefreshToken(readRefreshToken(refreshToken, key) as RefreshClaim, Buffer.alloc(32, 7)),
      forge(refreshToken, () => ({ secret: Buffer.alloc(32, 7) })),
      forge(refreshToken, ({ generation }) => ({ generation: generation + 1 })),
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

  it('stands nowhere in the database, nor does anything it could be made of', async () => {
    const { refreshToken } = await app.signIn();
    const claim = readRefreshToken(refreshToken, key) as RefreshClaim;
    const [row] = await app.query<{ dump: string }>('SELECT s::text AS dump FROM sessions s WHERE id = $1', [
      claim.sessionId,
    ]);
    expect(row?.dump).toBeDefined();
    expect(row?.dump).not.toContain(claim.secret.toString('hex'));
    expect(row?.dump).not.toContain(refreshToken.slice(30));
  });

  it('expires when it is not used for 14 days', async () => {
    const [unused, used] = [await app.signIn(), await app.signIn()];
    app.clock.advance({ days: 13 });
    const renewed = (await refresh(used.refreshToken)).body;
    app.clock.advance({ days: 1 });
    expect(await statusOf(unused.refreshToken)).toBe(401);
    expect(await statusOf(renewed.refreshToken)).toBe(200);
  });

  it('cannot carry its session past 90 days', async () => {
    let { refreshToken, refreshExpiresIn } = await app.signIn();
    for (let day = 10; day < 90; day += 10) {
      app.clock.advance({ days: 10 });
      ({ refreshToken, refreshExpiresIn } = (await refresh(refreshToken)).body);
    }
    expect(refreshExpiresIn).toBe(10 * 86_400);
    app.clock.advance({ days: 10 });
    expect(await statusOf(refreshToken)).toBe(401);
  });

  it('is asked for as text, and an absent one is no sign-in', async () => {
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
    const app = await startApp({ env: { REFRESH_GRACE_SECONDS: '0' } });
    const { refreshToken } = await app.signIn();
    const answers = await inParallel(5, () => app.api.post('/v1/auth/refresh', { json: { refreshToken } }));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401, 401, 401, 401]);
    await app.close();
  });
});
