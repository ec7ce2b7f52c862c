import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Get, Module } from '@nestjs/common';
import { CurrentUser, type Principal } from '../../../src/access';
import { RIGHT_PASSWORDS } from '../../../src/auth/auth.rate-limits';
import { LoginLimits } from '../../../src/auth/login/login-limits';
import { MAX_STALENESS_MS } from '../../../src/platform/change-feed';
import { Database } from '../../../src/platform/database';
import { CONNECTIONS_PER_USER } from '../../../src/platform/database/fair-pool';
import { PASSWORD, startApp, type TestApp } from '../../support/app';
import { eventually } from '../../support/eventually';
import { LimitedApp } from '../../support/limited';
import { inParallel } from '../../support/parallel';
import { expectProblem } from '../../support/problem';
import type { TestUser } from '../../support/test-user';

const APPLICATION = 'user-limits';

/** Takes as long as the test says, with a connection in hand. */
@Controller('slow')
class SlowController {
  constructor(private readonly database: Database) {}

  @Get()
  async slow(@CurrentUser() { userId }: Principal): Promise<void> {
    await this.database.transaction(async () => {
      await this.database.query({ text: `SELECT set_config('application_name', $1, true)` }, [
        `${APPLICATION} ${userId}`,
      ]);
      await this.database.query({ text: 'SELECT pg_advisory_xact_lock(42)' });
    });
  }
}

@Module({ controllers: [SlowController] })
class SlowModule {}

let app: TestApp;
let limited: LimitedApp;
let ada: TestUser;

beforeAll(async () => {
  app = await startApp({ limits: true, modules: [SlowModule] });
  limited = new LimitedApp(app);
});

afterAll(async () => app.close());

let users = 0;

beforeEach(async () => {
  ada = await app.as(`user ${++users}`);
});

const eventsOf = async (type: string) =>
  app.query('SELECT id FROM audit_events WHERE subject_id = $1 AND type = $2', [ada.id, type]);

describe('a signed-in user does not fill the audit trail', () => {
  it('by revoking sessions that do not exist', async () => {
    const answers = await inParallel(20, async () => ada.delete('/v1/sessions'));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
    expect(await eventsOf('sessions-ended')).toEqual([]);
  });

  it('by signing in: correct passwords have a limit, which a password reset clears', async () => {
    await limited.spend(RIGHT_PASSWORDS, 299, ada.id);
    const logIn = async () =>
      app.api.post('/v1/auth/login', { json: { email: ada.email, password: PASSWORD } });
    expect((await logIn()).status).toBe(200);
    expectProblem(await logIn(), 429, 'rate-limited');
    expectProblem(await ada.post('/v1/auth/reauthenticate', { password: PASSWORD }), 429, 'rate-limited');
    const client = { ipAddress: '127.0.0.1', userAgent: null, language: null };
    await app.nest.get(LoginLimits).grantAfterReset(ada, client);
    expect((await logIn()).status).toBe(200);
  });
});

describe('an administrator', () => {
  it('does not consume the limit of an address by invitations that are refused', async () => {
    const admin = await app.as('admin', { roles: ['admin'] });
    for (let time = 0; time < 6; time++)
      expectProblem(await admin.post('/v1/users', { email: ada.email }), 409, 'conflict');
  });
});

describe('the connections of the pool', () => {
  it('are not all held by the requests of one user, however many it sends', async () => {
    const bob = await app.as('bob');
    const blocker = await app.nest.get(Database).dedicatedConnection();
    await blocker.query('SELECT pg_advisory_lock(42)');
    const slow = inParallel(30, async () => ada.get('/slow'));
    const held = async () =>
      (
        await blocker.query(
          `SELECT FROM pg_stat_activity WHERE application_name = '${APPLICATION} ${ada.id}'`,
        )
      ).rowCount;
    await eventually(async () => expect(await held()).toBe(CONNECTIONS_PER_USER));
    // Another user is served meanwhile.
    expect((await bob.get('/v1/users/me')).status).toBe(200);
    expect(await held()).toBe(CONNECTIONS_PER_USER);
    await blocker.query('SELECT pg_advisory_unlock(42)');
    const statuses = (await slow).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(CONNECTIONS_PER_USER);
    expect(statuses.every((status) => status === 200 || status === 503)).toBe(true);
    await blocker.end();
    // All of them came back.
    const answers = await inParallel(30, async () => ada.get('/v1/users/me'));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });

  it('are not held in the way of the change feed, on which the requests of all others depend', async () => {
    const [bob, admin] = [await app.as('bob'), await app.as('admin', { roles: ['admin'] })];
    const [roles, blocker] = [
      await app.nest.get(Database).dedicatedConnection(),
      await app.nest.get(Database).dedicatedConnection(),
    ];
    await blocker.query('SELECT pg_advisory_lock(42)');
    await roles.query(`BEGIN; SELECT FROM roles WHERE name = 'admin' FOR UPDATE`);
    // The change of a role is committed, and then read, while further requests of the administrator take every connection.
    const waiting = async () =>
      (
        await blocker.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        )
      ).rowCount;
    const saved = admin.put('/v1/roles/blocking', { permissions: [] });
    await eventually(async () => expect(await waiting()).toBe(1));
    const slow = inParallel(30, async () => admin.get('/slow'));
    await eventually(async () => expect(await waiting()).toBe(CONNECTIONS_PER_USER));
    await roles.query('COMMIT');
    await sleep(MAX_STALENESS_MS + 200);
    expect((await bob.get('/v1/auth/principal')).status).toBe(200);
    await blocker.query('SELECT pg_advisory_unlock(42)');
    expect((await saved).status).toBe(201);
    await slow;
    for (const client of [roles, blocker]) await client.end();
  });
});
