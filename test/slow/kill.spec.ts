import { Client } from 'pg';
import type { Api, TokenBody } from '../support/api';
import { createDatabase, type TestDatabase } from '../support/database';
import { Home, type Instance } from '../support/home';
import { type KnownSession, Ledger } from '../support/ledger';
import { inParallel } from '../support/parallel';

const ROUNDS = 10;
const CLIENTS = 8;

interface Place {
  readonly env: Record<string, string>;
  readonly databaseUrl: () => string;
  /** What else is killed at the same moment. */
  readonly blow: (round: number) => void;
}

let home: Home;
let database: TestDatabase | undefined;

beforeEach(() => {
  home = new Home();
  database = undefined;
});

afterEach(async () => {
  await home.clear();
  await database?.drop();
});

const PLACES: [string, () => Promise<Place>][] = [
  [
    'the embedded server, which dies with it every third time',
    async () => ({
      env: { REFRESH_GRACE_SECONDS: '300' },
      databaseUrl: () => home.server().url,
      blow: (round) => {
        if (round % 3 === 0) process.kill(home.server().pid, 'SIGKILL');
      },
    }),
  ],
  [
    'a server of its own',
    async () => {
      const { url } = (database = await createDatabase({ empty: true }));
      return {
        env: { REFRESH_GRACE_SECONDS: '300', DATABASE_URL: url },
        databaseUrl: () => url,
        blow: () => undefined,
      };
    },
  ],
];

/** Kills the application amid its clients' requests, a little later each round; returns what it had told them by then. */
async function livedAndDied(instance: Instance, place: Place, round: number): Promise<Ledger> {
  const ledger = new Ledger(`round-${round}`, (count) => {
    if (count !== 28 + 4 * round) return;
    instance.signal('SIGKILL');
    place.blow(round);
  });
  await inParallel(CLIENTS, async (client) => ledger.live(instance.api, client));
  await instance.ended();
  return ledger;
}

async function expectAccounts(api: Api, { accounts, unanswered }: Ledger): Promise<void> {
  for (const json of accounts) expect((await api.post('/v1/auth/login', { json })).status).toBe(200);
  // Where the answer was lost the account is there or not, but never half, which would keep it from being made now.
  for (const json of unanswered) {
    expect((await api.post('/v1/auth/register', { json })).status).toBe(202);
    expect((await api.post('/v1/auth/login', { json })).status).toBe(200);
  }
}

/** The last acknowledged token still works, whether or not a rotation whose answer was lost came after it. */
async function expectRotations(api: Api, sessions: readonly KnownSession[], url: string): Promise<void> {
  const before = await generations(url);
  for (const { id, generation, refreshToken } of sessions) {
    expect([generation, generation + 1]).toContain(before.get(id));
    const json = { refreshToken };
    const answers = await inParallel(2, async () => api.post<TokenBody>('/v1/auth/refresh', { json }));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(new Set(answers.map(({ body }) => body.refreshToken)).size).toBe(1);
  }
  const after = await generations(url);
  for (const { id, generation } of sessions) expect(after.get(id)).toBe(generation + 1);
}

/** Of every live session; its one row names its one live generation. */
async function generations(url: string): Promise<Map<string, number>> {
  const client = new Client(url);
  await client.connect();
  const { rows } = await client.query<{ id: string; generation: number }>(
    'SELECT id, generation FROM sessions WHERE revoked_at IS NULL',
  );
  await client.end();
  const byId = new Map(rows.map(({ id, generation }) => [id, generation]));
  expect(byId.size).toBe(rows.length);
  return byId;
}

describe('an application killed with -9 during registrations and rotations', () => {
  it.each(PLACES)(
    `keeps its word on %s, ${ROUNDS} times over`,
    async (_name, find) => {
      const place = await find();
      const ledgers: Ledger[] = [];
      let instance = await home.start(place.env);
      for (let round = 1; round <= ROUNDS; round++) {
        const ledger = await livedAndDied(instance, place, round);
        ledgers.push(ledger);
        expect(ledger.sessions.length).toBeGreaterThan(CLIENTS / 2);
        instance = await home.start(place.env);
        await expectRotations(instance.api, ledger.sessions, place.databaseUrl());
        await expectAccounts(instance.api, ledger);
      }
      for (const ledger of ledgers) await expectAccounts(instance.api, ledger);
      expect((await instance.api.get('/health/ready')).body).toEqual({ status: 'ok', warnings: [] });
      expect(await instance.stop()).toBe(0);
    },
    300_000,
  );
});
