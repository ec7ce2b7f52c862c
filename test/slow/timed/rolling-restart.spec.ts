import { Client } from 'pg';
import { createDatabase, type TestDatabase } from '../../support/database';
import { Home, type Instance } from '../../support/home';
import { Nginx } from '../../support/nginx';
import { inParallel } from '../../support/parallel';
import { expectProblem } from '../../support/problem';
import { AUTH_SECRET } from '../../support/settings';
import { longestOf, report, statusesOf } from '../../support/traffic';
import { Visitor } from './visitor';

const VISITORS = 20;
const TIMEOUT_MS = 600_000;
const ALL_IS_WELL = {
  'sign-in': [200],
  refresh: [200],
  principal: [200],
  'sign-out': [204],
  'signed out': [401],
};

let home: Home;
let database: TestDatabase;
let outside: Client;
let instances: Instance[];
let nginx: Nginx;

async function start(port?: number): Promise<Instance> {
  const instance = await home.launch({ DATABASE_URL: database.url, AUTH_SECRET }, port);
  await instance.says('listening on');
  return instance;
}

beforeAll(async () => {
  home = new Home();
  database = await createDatabase();
  outside = new Client(database.url);
  await outside.connect();
  instances = await inParallel(3, async () => start());
  nginx = await Nginx.before(instances.map(({ port }) => port));
});

afterAll(async () => {
  await nginx?.stop();
  await home.clear();
  await outside.end();
  await database.drop();
});

/** Each instance in turn: ends one, starts it again on its port, and goes on when nginx has found it. */
async function oneAfterTheOther(end: (instance: Instance) => Promise<void>): Promise<void> {
  for (const [index, instance] of instances.entries()) {
    await end(instance);
    const next = await start(instance.port);
    instances[index] = next;
    await next.says('/v1/auth/refresh');
  }
}

/** Visitors come and go on while something is done to the instances. */
async function whileVisited(group: string, work: () => Promise<void>): Promise<Visitor[]> {
  const visitors: Visitor[] = [];
  while (visitors.length < VISITORS)
    visitors.push(await new Visitor(nginx.api, `${group}-${visitors.length}@example.com`).arrive());
  let over = false;
  const passedOnBefore = nginx.passedOn;
  const begunAt = performance.now();
  const visits = Promise.all(visitors.map(async (visitor) => visitor.goOn(() => over)));
  await work().finally(() => (over = true));
  await visits;
  const seconds = (performance.now() - begunAt) / 1_000;
  const passedOn = nginx.passedOn - passedOnBefore;
  // Otherwise the load would have been too low to notice a failure.
  expect(passedOn).toBeGreaterThan(0);
  const samples = visitors.flatMap((visitor) => visitor.samples);
  report(group, {
    seconds,
    requests: samples.length,
    'a second': samples.length / seconds,
    'tried on another instance': passedOn,
    'longest refresh, ms': longestOf(samples.filter(({ kind }) => kind === 'refresh')),
    'signed out': visitors.flatMap(({ ended }) => ended).length,
  });
  return visitors;
}

function expectAllAnswered(visitors: readonly Visitor[]): void {
  const samples = visitors.flatMap((visitor) => visitor.samples);
  const seen = Object.keys(ALL_IS_WELL).map((kind) => [
    kind,
    statusesOf(samples.filter((sample) => sample.kind === kind)),
  ]);
  expect(Object.fromEntries(seen)).toEqual(ALL_IS_WELL);
}

async function sessionsOf(group: string): Promise<{ id: string; isEnded: boolean }[]> {
  const { rows } = await outside.query<{ id: string; isEnded: boolean }>(
    `SELECT s.id, s.revoked_at IS NOT NULL AS "isEnded" FROM sessions s JOIN users u ON u.id = s.user_id
     WHERE u.email LIKE $1 || '-%'`,
    [group],
  );
  return rows;
}

/** Every visitor who did not sign out is still signed in, and only sign-outs ended sessions. */
async function expectNoneLost(visitors: readonly Visitor[], group: string): Promise<void> {
  expect(await Promise.all(visitors.map(async (visitor) => visitor.refresh()))).toEqual(
    visitors.map(() => 200),
  );
  const signedOut = visitors.flatMap(({ ended }) => ended.map(({ sessionId }) => sessionId));
  const ended = (await sessionsOf(group)).filter(({ isEnded }) => isEnded);
  expect(ended.map(({ id }) => id).toSorted()).toEqual(signedOut.toSorted());
}

async function expectStillSignedOut({ ended }: Visitor): Promise<void> {
  const everywhere = [nginx.api, ...instances.map(({ api }) => api)];
  for (const { tokens } of ended) {
    const { accessToken: token, refreshToken } = tokens;
    for (const api of everywhere) {
      expectProblem(await api.get('/v1/auth/principal', { token }), 401, 'invalid-token');
      const refreshed = await api.post('/v1/auth/refresh', { json: { refreshToken } });
      expectProblem(refreshed, 401, 'invalid-refresh-token');
    }
  }
}

describe('three instances behind the nginx of docs/operations.md, visited all the time', () => {
  it(
    'are restarted one after the other, twice round, and no visitor notices',
    async () => {
      const codes: (number | null)[] = [];
      const round = async () => oneAfterTheOther(async (instance) => void codes.push(await instance.stop()));
      const visitors = await whileVisited('restarted', async () => {
        await round();
        await round();
      });
      expect(codes).toEqual([0, 0, 0, 0, 0, 0]);
      expectAllAnswered(visitors);
      await expectNoneLost(visitors, 'restarted');
      await Promise.all(visitors.map(expectStillSignedOut));
      // What was begun is finished and nothing is done twice: a sign-in is one session.
      const signIns = visitors.flatMap(({ samples }) => samples.filter(({ kind }) => kind === 'sign-in'));
      expect(await sessionsOf('restarted')).toHaveLength(signIns.length);
    },
    TIMEOUT_MS,
  );

  it(
    'are killed one after the other, and no visitor notices either',
    async () => {
      const visitors = await whileVisited('killed', async () =>
        oneAfterTheOther(async (instance) => instance.kill()),
      );
      expectAllAnswered(visitors);
      await expectNoneLost(visitors, 'killed');
      await Promise.all(visitors.map(expectStillSignedOut));
    },
    TIMEOUT_MS,
  );
});
