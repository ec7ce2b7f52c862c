import { Controller, Get, Module } from '@nestjs/common';
import { Public } from '../../../src/access';
import { Database } from '../../../src/platform/database';
import { User } from '../../../src/users/user.entity';
import { withApp } from '../../support/app';
import { eventually } from '../../support/eventually';
import { inParallel } from '../../support/parallel';
import { expectProblem } from '../../support/problem';
import { ProxiedApp } from '../../support/proxied-app';
import { expectTimes } from '../../support/timing';
import { BOUND_MS, expectUnavailable, longestOf, report, statusesOf, timed } from '../../support/traffic';

let app: ProxiedApp;

beforeAll(async () => {
  app = await ProxiedApp.start();
});

afterAll(async () => {
  expect(await app.stop()).toBe(0);
  expect(app.process.output).not.toMatch(/unhandled|uncaught|request failed/i);
});

describe('a refresh whose answer was lost with the connection', () => {
  it('is answered at the retry with the successor it was promised, and the session goes on', async () => {
    const { refreshToken } = await app.someone();
    const lost = app.proxy.when('session-rotate', 'lose the answer');
    expectProblem(await app.refresh(refreshToken), 503, 'unavailable');
    await lost;
    const [first, second] = [await app.refresh(refreshToken), await app.refresh(refreshToken)];
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.body.refreshToken).toBe(first.body.refreshToken);
    const rows = await app.ask('SELECT generation FROM sessions WHERE revoked_at IS NULL');
    expect(rows).toEqual([{ generation: 1 }]);
    expect((await app.refresh(first.body.refreshToken)).status).toBe(200);
  });
});

describe('a registration whose connection breaks', () => {
  // The mails of those before have transactions, too, and so has the sealing of what was recorded of them.
  const underWay = 'SELECT id FROM mails UNION ALL SELECT id FROM audit_events WHERE sequence IS NULL';
  beforeEach(async () => eventually(async () => expect(await app.ask(underWay)).toEqual([])));

  const rowsOf = async (email: string) =>
    app.ask(
      'SELECT c.user_id IS NOT NULL AS whole FROM users u LEFT JOIN credentials c ON c.user_id = u.id WHERE email = $1',
      [email],
    );

  it.each(['START TRANSACTION', 'INSERT INTO "users"', 'store-credential', 'COMMIT'])(
    'before %s leaves nothing behind, and succeeds at the next try',
    async (statement) => {
      const email = app.address();
      const cut = app.proxy.when(statement, 'cut');
      expectProblem(await app.register(email), 503, 'unavailable');
      await cut;
      expect(await rowsOf(email)).toEqual([]);
      expect((await app.register(email)).status).toBe(202);
      expect((await app.logIn(email)).status).toBe(200);
    },
  );

  it('after COMMIT is whole, and the next try changes nothing', async () => {
    const email = app.address();
    const lost = app.proxy.when('COMMIT', 'lose the answer');
    expectProblem(await app.register(email), 503, 'unavailable');
    await lost;
    expect(await rowsOf(email)).toEqual([{ whole: true }]);
    expect((await app.register(email)).status).toBe(202);
    expect((await app.logIn(email)).status).toBe(200);
  });

  /** @returns how long the client and the locks waited, in milliseconds */
  async function loseATransaction(): Promise<{ 'refused after': number; 'locks freed after': number }> {
    const email = app.address();
    const stalled = app.proxy.when('store-credential', 'stall');
    const lost = timed('register', async () => app.register(email));
    await stalled;
    const stalledAt = performance.now();
    const freed = eventually(
      async () => expect(await app.backends('idle in transaction')).toBe(0),
      2 * BOUND_MS,
    ).then(() => performance.now() - stalledAt);
    expectUnavailable([await lost]);
    const freedMs = await freed;
    expect(await rowsOf(email)).toEqual([]);
    expect((await app.register(email)).status).toBe(202);
    return { 'refused after': (await lost).tookMs, 'locks freed after': freedMs };
  }

  it('unnoticed by the server keeps its locks no longer than an open transaction may idle', async () => {
    await expectTimes('stalled in a transaction, ms', loseATransaction, (figures) =>
      expect(figures['locks freed after']).toBeLessThan(BOUND_MS),
    );
  });
});

describe('a session row that another transaction holds locked', () => {
  it('costs those who want it a 503, and every connection is free again in the bound', async () => {
    const { refreshToken } = await app.someone();
    const release = await app.lockSessions();
    const samples = await inParallel(40, async () => timed('refresh', async () => app.refresh(refreshToken)));
    expectUnavailable(samples);
    // The server has ended the statements, and serves what does not want the row.
    // Something short of the background may be under way.
    await eventually(async () => expect(await app.backends('active')).toBe(0));
    expect((await app.register()).status).toBe(202);
    await release();
    expect((await app.refresh(refreshToken)).status).toBe(200);
    report('locked', { 'longest to 503, ms': longestOf(samples) });
  });

  it('costs no request anything where it is released in time', async () => {
    const { email } = await app.register();
    const { refreshToken } = (await app.logIn(email)).body;
    const release = await app.lockSessions();
    const refreshes = inParallel(40, async () => timed('refresh', async () => app.refresh(refreshToken)));
    await eventually(async () => expect(await app.backends('active')).toBe(10));
    const others = inParallel(10, async () => timed('login', async () => app.logIn(email)));
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
                     AND query_start < clock_timestamp() - interval '0.5 seconds'`;
    await eventually(async () => expect((await app.ask(waiting)).length).toBe(10));
    const released = performance.now();
    await release();
    expect(statusesOf([...(await refreshes), ...(await others)])).toEqual([200]);
    report('released', { 'all answered after, ms': performance.now() - released });
  });
});

@Controller('dawdling')
class DawdlingController {
  static goesOn: Promise<void>;

  constructor(private readonly database: Database) {}

  @Public()
  @Get()
  async dawdle(): Promise<number> {
    return this.database.transaction(async () => {
      const users = await this.database.repository(User).count();
      await DawdlingController.goesOn;
      return users + (await this.database.repository(User).count());
    });
  }
}

@Module({ controllers: [DawdlingController] })
class DawdlingModule {}

describe('a transaction left open by a handler', () => {
  it('is ended by the server, which the client learns as a 503', async () => {
    await withApp({ modules: [DawdlingModule] }, async ({ api, database }) => {
      const open = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'`;
      const expectOpen = (count: number) =>
        eventually(async () => expect(await database.query({ text: open })).toHaveLength(count));
      let goOn = () => {};
      DawdlingController.goesOn = new Promise((resolve) => (goOn = resolve));
      const answer = api.get('/dawdling');
      await expectOpen(1);
      await expectOpen(0);
      goOn();
      expectProblem(await answer, 503, 'unavailable');
      expect((await api.get('/health/ready')).status).toBe(200);
    });
  });
});
