import { MAX_STALENESS_MS } from '../../../src/platform/change-feed';
import type { Answer, TokenBody } from '../../support/api';
import { createDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';
import type { Instance } from '../../support/home';
import { Instances, logOut, principal, refresh, refusal, reportLags } from '../../support/instances';
import { readJws } from '../../support/jws';
import { inParallel } from '../../support/parallel';
import { expectProblem } from '../../support/problem';

const GRACE_SECONDS = 5;

let instances: Instances;
let one: Instance;
let other: Instance;

beforeAll(async () => {
  instances = new Instances(await createDatabase(), { REFRESH_GRACE_SECONDS: String(GRACE_SECONDS) });
  [one, other] = [await instances.start(), await instances.start()];
});

afterAll(async () => {
  for (const { output } of [one, other]) expect(output).not.toMatch(/unhandled|uncaught|request failed/i);
  await instances.clear();
});

const claimsOf = ({ accessToken }: TokenBody) => readJws(accessToken).claims;
const sessionOf = (tokens: TokenBody) => String(claimsOf(tokens)['sid']);
const userOf = (tokens: TokenBody) => String(claimsOf(tokens)['sub']);

/** Two sessions of one person, each opened through another instance. */
async function twoSessions(): Promise<{ kept: TokenBody; ended: TokenBody }> {
  const person = await instances.register(one);
  return { kept: await instances.signIn(one, person), ended: await instances.signIn(other, person) };
}

/** The instance that something is done through, and the one that has to learn of it; each is either in turn. */
const roles = (round: number): [Instance, Instance] => (round % 2 === 0 ? [one, other] : [other, one]);

it('publish the bound that they are held to', async () => {
  for (const { api } of [one, other])
    expect((await api.get('/v1/auth/policy')).body['revocationSeconds']).toBe(MAX_STALENESS_MS / 1_000);
});

describe('a hundred refreshes of one token, spread over two instances', () => {
  const rowsOf = async (tokens: TokenBody) =>
    instances.ask<{ id: string; generation: number }>(
      'SELECT id, generation FROM sessions WHERE user_id = $1',
      [userOf(tokens)],
    );

  it('all succeed with the one same successor, time and again', async () => {
    let tokens = await instances.signIn(one);
    for (let generation = 1; generation <= 3; generation++) {
      const answers = await inParallel(100, async (index) => refresh(roles(index)[0].api, tokens));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(new Set(answers.map(({ body }) => body.refreshToken)).size).toBe(1);
      expect(await rowsOf(tokens)).toEqual([{ id: sessionOf(tokens), generation }]);
      tokens = (answers[generation] as Answer<TokenBody>).body;
    }
  });

  it('leave an old token that ends the session on both when its grace is over', async () => {
    const first = await instances.signIn(one);
    const answers = await inParallel(100, async (index) => refresh(roles(index)[0].api, first));
    const isOver = `SELECT 1 FROM sessions WHERE id = $1 AND rotated_at < now() - interval '${GRACE_SECONDS}.1 seconds'`;
    await eventually(
      async () => expect(await instances.ask(isOver, [sessionOf(first)])).toHaveLength(1),
      2_000 * GRACE_SECONDS,
    );
    expectProblem(await refresh(other.api, first), 401, 'invalid-refresh-token');
    const endedAt = performance.now();
    for (const { body } of answers) {
      expectProblem(await principal(other.api, body), 401, 'invalid-token');
      await refusal(one.api, body, endedAt);
    }
    for (const { api } of [one, other])
      expectProblem(await refresh(api, answers[0]?.body ?? first), 401, 'invalid-refresh-token');
  });
});

/** Ends one of a person's sessions through an instance. */
type Way = (instance: Instance, sessions: { kept: TokenBody; ended: TokenBody }) => Promise<unknown>;

const REQUESTS: [string, number, Way][] = [
  ['logging out', 50, async ({ api }, { ended }) => logOut(api, ended)],
  [
    'logging out by refresh token',
    10,
    async ({ api }, { ended }) => api.post('/v1/auth/logout', { json: { refreshToken: ended.refreshToken } }),
  ],
  [
    'ending the other sessions',
    10,
    async ({ api }, { kept }) => api.send('DELETE', '/v1/sessions', { token: kept.accessToken }),
  ],
  [
    'ending that one session',
    10,
    async ({ api }, { kept, ended }) =>
      api.send('DELETE', `/v1/sessions/${sessionOf(ended)}`, { token: kept.accessToken }),
  ],
  [
    'using an old refresh token again',
    10,
    async ({ api }, { ended }) => {
      const { body } = await refresh(api, ended);
      expect((await refresh(api, body)).status).toBe(200);
      expect((await refresh(api, ended)).status).toBe(401);
    },
  ],
];

const STATEMENTS: [string, string][] = [
  ['marking it as revoked', 'UPDATE sessions SET revoked_at = now() WHERE id = $1'],
  // As a script would that repairs what it believes was over long ago.
  ['marking it as revoked long ago', `UPDATE sessions SET revoked_at = '2020-01-01' WHERE id = $1`],
  ['deleting it', 'DELETE FROM sessions WHERE id = $1'],
];

async function expectOver({ ended, kept }: { ended: TokenBody; kept: TokenBody }): Promise<void> {
  for (const { api } of [one, other]) {
    expectProblem(await principal(api, ended), 401, 'invalid-token');
    expectProblem(await refresh(api, ended), 401, 'invalid-refresh-token');
    expect((await principal(api, kept)).status).toBe(200);
  }
}

describe('a session that ends', () => {
  it.each(REQUESTS)(
    'by %s on one instance, %i times, is refused there at once and on the other in time',
    async (name, times, end) => {
      const lags: number[] = [];
      for (let round = 0; round < times; round++) {
        const [here, there] = roles(round);
        const sessions = await twoSessions();
        await end(here, sessions);
        const endedAt = performance.now();
        lags.push(await refusal(there.api, sessions.ended, endedAt));
        expectProblem(await principal(here.api, sessions.ended), 401, 'invalid-token');
        await expectOver(sessions);
      }
      reportLags(name, lags);
    },
  );

  // SQL sends no notification, so this is also what happens where none arrives.
  it.each(STATEMENTS)("by an operator's SQL, %s, is refused on both in time", async (name, statement) => {
    const lags: number[] = [];
    for (let round = 0; round < 10; round++) {
      const sessions = await twoSessions();
      await instances.ask(statement, [sessionOf(sessions.ended)]);
      const endedAt = performance.now();
      lags.push(
        ...(await Promise.all([one, other].map(async ({ api }) => refusal(api, sessions.ended, endedAt)))),
      );
      await expectOver(sessions);
    }
    reportLags(name, lags);
  });

  it('with the whole account, deleted by SQL, is refused on both in time', async () => {
    const tokens = await instances.signIn(one);
    await instances.ask('DELETE FROM users WHERE id = $1', [userOf(tokens)]);
    const endedAt = performance.now();
    await Promise.all([one, other].map(async ({ api }) => refusal(api, tokens, endedAt)));
    for (const { api } of [one, other])
      expectProblem(await refresh(api, tokens), 401, 'invalid-refresh-token');
  });
});

describe('a raised access version', () => {
  it.each([
    ['as the application writes it', 'now()'],
    ['by SQL that leaves the rest of the row alone', 'updated_at'],
  ])('%s, makes older tokens stale everywhere until they are refreshed', async (_, updatedAt) => {
    const tokens = await instances.signIn(one);
    await instances.ask(`UPDATE users SET updated_at = now() - interval '1 day' WHERE id = $1`, [
      userOf(tokens),
    ]);
    await instances.ask(
      `UPDATE users SET access_version = access_version + 1, updated_at = ${updatedAt} WHERE id = $1`,
      [userOf(tokens)],
    );
    const raisedAt = performance.now();
    for (const { api } of [one, other]) await refusal(api, tokens, raisedAt, 'token-stale');
    const later = await instances.start();
    expectProblem(await principal(later.api, tokens), 401, 'token-stale');
    const { body } = await refresh(other.api, tokens);
    for (const { api } of [one, other, later]) {
      expect((await principal(api, body)).status).toBe(200);
      expectProblem(await principal(api, tokens), 401, 'token-stale');
    }
    await later.stop();
  });
});
