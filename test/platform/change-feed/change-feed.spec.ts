import { Module } from '@nestjs/common';
import type { Client } from 'pg';
import { AccessSettings } from '../../../src/access';
import { ConfigModule } from '../../../src/platform/config';
import { ChangeFeed, ChangeFeedModule } from '../../../src/platform/change-feed';
import { MetricsModule } from '../../../src/platform/metrics';
import { JobsModule } from '../../../src/platform/jobs';
import { RevokedSessions } from '../../../src/sessions';
import { AccessVersions } from '../../../src/users';
import type { TokenBody } from '../../support/api';
import type { TestApp } from '../../support/app';
import { startContext } from '../../support/context';
import { withinBound } from '../../support/eventually';
import { readJws } from '../../support/jws';
import { Others } from '../../support/others';
import { inParallel } from '../../support/parallel';
import { expectProblem } from '../../support/problem';
import { sharedApp } from '../../support/shared-app';

const END = 'UPDATE sessions SET revoked_at = now() WHERE id = $1';

const sessionOf = ({ accessToken }: TokenBody) => String(readJws(accessToken).claims.sid);
const userOf = ({ accessToken }: TokenBody) => String(readJws(accessToken).claims.sub);
const versionOf = ({ accessToken }: TokenBody) => Number(readJws(accessToken).claims.ver);
const statusOf = async ({ api }: TestApp, { accessToken }: TokenBody) =>
  (await api.get('/v1/auth/principal', { token: accessToken })).status;

/** What an instance knows of others by the feed, without the application. */
@Module({
  imports: [ConfigModule.forFeature(AccessSettings), MetricsModule, JobsModule, ChangeFeedModule],
  providers: [RevokedSessions, AccessVersions],
})
class MemoryModule {}

/** All that ends a session in the database, with its id and its user's as $1 and $2. */
const WAYS = [
  ['revoking it', 'UPDATE sessions SET revoked_at = now() WHERE id = $1 AND user_id = $2'],
  [
    'revoking it with an instant of years ago',
    `UPDATE sessions SET revoked_at = '2020-01-01' WHERE id = $1 AND user_id = $2`,
  ],
  ['deleting it', 'DELETE FROM sessions WHERE id = $1 AND user_id = $2'],
  ['deleting its user', 'DELETE FROM users WHERE id = $2 AND $1::uuid IS NOT NULL'],
] as const;

describe('the change feed', () => {
  let app: TestApp;
  let feed: ChangeFeed;
  let others: Others;
  let other: Client;

  beforeAll(async () => {
    app = await sharedApp();
    feed = app.nest.get(ChangeFeed);
    others = new Others(app.databaseUrl);
    other = await others.connect();
  });

  afterAll(async () => others.close());

  const changesOf = async (subject: string) =>
    app.query<{ topic: string; version: number | null }>(
      'SELECT topic, version FROM changes WHERE subject = $1 ORDER BY transaction_id, id',
      [subject],
    );
  const write = async (topic: string, subject: string, version: number | null = null) =>
    other.query('INSERT INTO changes (topic, subject, version, changed_at) VALUES ($1, $2, $3, now())', [
      topic,
      subject,
      version,
    ]);
  const refresh = ({ refreshToken }: TokenBody) =>
    app.api.post<TokenBody>('/v1/auth/refresh', { json: { refreshToken } });

  describe('a session that is revoked in the database', () => {
    it.each([
      ['with a notification', true],
      ['without one', false],
    ])('%s is refused within the bound', async (_, says) => {
      const tokens = await app.signIn();
      await other.query(END, [sessionOf(tokens)]);
      if (says) await other.query('NOTIFY gatehouse_changes');
      await withinBound(async () => expect(await statusOf(app, tokens)).toBe(401));
    });

    it.each(WAYS)('by %s is refused, with one change', async (_, statement) => {
      const tokens = await app.signIn();
      await other.query(statement, [sessionOf(tokens), userOf(tokens)]);
      await feed.publishAfterCommit();
      expectProblem(
        await app.api.get('/v1/auth/principal', { token: tokens.accessToken }),
        401,
        'invalid-token',
      );
      expect(await changesOf(sessionOf(tokens))).toEqual([{ topic: 'session-ended', version: null }]);
    });

    it('is the only one: other sessions of the user, and those of other users, stay valid', async () => {
      const person = await app.someone();
      const [ended, kept, stranger] = [
        await app.signIn(person),
        await app.signIn(person),
        await app.signIn(),
      ];
      await other.query(END, [sessionOf(ended)]);
      await feed.publishAfterCommit();
      expect(await Promise.all([ended, kept, stranger].map((tokens) => statusOf(app, tokens)))).toEqual([
        401, 200, 200,
      ]);
    });

    it('is revoked once, with one change, however often it is revoked', async () => {
      const tokens = await app.signIn();
      const id = sessionOf(tokens);
      expect((await refresh(tokens)).status).toBe(200);
      await other.query(`UPDATE sessions SET user_agent = 'x', last_used_at = now() WHERE id = $1`, [id]);
      await other.query('UPDATE sessions SET revoked_at = NULL WHERE id = $1', [id]);
      expect(await changesOf(id)).toEqual([]);
      for (let time = 0; time < 3; time++) await other.query(END, [id]);
      await other.query('DELETE FROM sessions WHERE id = $1', [id]);
      expect(await changesOf(id)).toHaveLength(1);
    });
  });

  it('gets no change from a refresh', async () => {
    let tokens = await app.signIn();
    const subjects = [sessionOf(tokens), userOf(tokens)];
    for (let time = 0; time < 5; time++) tokens = (await refresh(tokens)).body;
    expect(tokens.refreshToken).toMatch(/^rt_/);
    for (const subject of subjects) expect(await changesOf(subject)).toEqual([]);
  });

  it('accepts a repeated change, one of an unknown subject, and one of an unknown topic', async () => {
    const [ended, kept] = [await app.signIn(), await app.signIn()];
    for (let time = 0; time < 3; time++) await write('session-ended', sessionOf(ended));
    await write('session-ended', 'no uuid at all');
    await write('of tomorrow', sessionOf(kept), 7);
    await feed.publishAfterCommit();
    expect([await statusOf(app, ended), await statusOf(app, kept)]).toEqual([401, 200]);
  });

  describe('the version of a user’s access', () => {
    it('makes older tokens stale when it changes; a refresh gets a new one, and no session ends', async () => {
      const [tokens, stranger] = [await app.signIn(), await app.signIn()];
      await other.query('UPDATE users SET access_version = access_version + 1 WHERE id = $1', [
        userOf(tokens),
      ]);
      await withinBound(async () => expect(await statusOf(app, tokens)).toBe(401));
      const answer = await app.api.get('/v1/users/me', { token: tokens.accessToken });
      expectProblem(answer, 401, 'token-stale');
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="[^"]+", error="invalid_token"/);
      const renewed = await refresh(tokens);
      expect([renewed.status, await statusOf(app, renewed.body)]).toEqual([200, 200]);
      expect([await statusOf(app, tokens), await statusOf(app, stranger)]).toEqual([401, 200]);
    });

    it('does not affect a token of the same or a newer version', async () => {
      const tokens = await app.signIn();
      const version = versionOf(tokens);
      for (const known of [version - 1, version]) await write('access-version', userOf(tokens), known);
      await feed.publishAfterCommit();
      expect(await statusOf(app, tokens)).toBe(200);
      await write('access-version', userOf(tokens), version + 1);
      await feed.publishAfterCommit();
      expect(await statusOf(app, tokens)).toBe(401);
    });

    it('never decreases by changes that arrive in reverse order or again', async () => {
      const id = userOf(await app.signIn());
      for (const version of [5, 3, 5, 4]) {
        await write('access-version', id, version);
        await feed.publishAfterCommit();
      }
      const versions = app.nest.get(AccessVersions);
      expect([4, 5, 6].map((version) => versions.isStale(id, version))).toEqual([true, false, false]);
    });
  });

  it('is read by an instance that starts a moment later, whatever the dates of the changes', async () => {
    const signedIn = await inParallel(WAYS.length + 2, async () => app.signIn());
    const [stale, kept, ...ended] = signedIn as [TokenBody, TokenBody, ...TokenBody[]];
    await app.query(`UPDATE users SET updated_at = now() - interval '1 year' WHERE id = ANY($1)`, [
      signedIn.map(userOf),
    ]);
    await other.query('UPDATE users SET access_version = access_version + 1 WHERE id = $1', [userOf(stale)]);
    for (const [index, [, statement]] of WAYS.entries())
      await other.query(statement, [sessionOf(ended[index] ?? stale), userOf(ended[index] ?? stale)]);
    const later = await startContext({ imports: [MemoryModule], databaseUrl: app.databaseUrl });
    const [sessions, versions] = [later.get(RevokedSessions), later.get(AccessVersions)];
    expect(ended.filter((tokens) => !sessions.has(sessionOf(tokens)))).toEqual([]);
    expect([stale, kept].map((tokens) => sessions.has(sessionOf(tokens)))).toEqual([false, false]);
    expect([stale, kept].map((tokens) => versions.isStale(userOf(tokens), versionOf(tokens)))).toEqual([
      true,
      false,
    ]);
    await later.close();
  });
});
