import { Controller, Injectable, Module, type ModuleMetadata, Scope } from '@nestjs/common';
import { LoginCheck, type LoginCheckProvider, type LoginContext } from '../../src/auth';
import { LoginChecks } from '../../src/auth/login/login-checks';
import { describeApi } from '../../src/api-contract';
import { EventBus } from '../../src/platform/events';
import { Conflict } from '../../src/platform/http';
import { startApp, type TestApp } from '../../test/support/app';
import { startContext } from '../../test/support/context';
import { inParallel } from '../../test/support/parallel';
import { expectProblem } from '../../test/support/problem';
import { aMember, type Member } from '../../test/support/staff';
import { StaffNetworkModule } from './staff-network';

const asked: string[] = [];

/** The check of a second module. */
@Injectable()
@LoginCheck({ order: 30 })
class LastCheck implements LoginCheckProvider {
  broken = false;

  async check({ email }: LoginContext): Promise<void> {
    asked.push(email);
    if (this.broken) throw new Error('the service is unavailable');
  }
}

@LoginCheck({ order: 10, problems: [Conflict] })
abstract class Refusal implements LoginCheckProvider {
  refuses = true;

  async check(): Promise<void> {
    if (this.refuses) throw new Conflict();
  }
}

@Injectable()
class Heir extends Refusal {
  override refuses = false;
}

// Registered in the wrong order on purpose: `order` decides.
@Module({ providers: [LastCheck, Heir] })
class OtherChecksModule {}

describe('a login check that a module adds', () => {
  let app: TestApp;
  let admin: Member;

  beforeAll(async () => {
    const env = { STAFF_NETWORK: '10.1.0.0', TRUSTED_PROXIES: '127.0.0.1' };
    app = await startApp({ modules: [OtherChecksModule, StaffNetworkModule], env, limits: true });
    admin = await aMember(app);
    await app.query(`UPDATE users SET roles = '{admin}' WHERE id = $1`, [admin.id]);
  });

  afterAll(async () => app.close());

  const from = async (address: string, { email, password }: Member, wrong = '') =>
    app.api.post('/v1/auth/login', {
      json: { email, password: password + wrong },
      headers: { 'x-forwarded-for': address },
    });
  const sessions = async ({ id }: Member) =>
    (await app.query('SELECT id FROM sessions WHERE user_id = $1', [id])).length;

  it('refuses with its own problem, and opens no session', async () => {
    const before = await sessions(admin);
    const answer = await from('192.0.2.7', admin);
    const { help, ...rest } = answer.body;
    expect(help).toBe('https://intranet.example.com/vpn');
    expectProblem({ ...answer, body: rest }, 403, 'outside-staff-network');
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(await sessions(admin)).toBe(before);
  });

  it('lets others sign in', async () => {
    expect((await from('10.1.200.3', admin)).status).toBe(200);
    expect((await from('192.0.2.7', await aMember(app))).status).toBe(200);
  });

  it('is not revealed to a client without the password', async () => {
    expectProblem(await from('192.0.2.7', admin, 'x'), 401, 'invalid-credentials');
  });

  it('runs in its order, and the first refusal ends the sign-in', async () => {
    asked.length = 0;
    await from('192.0.2.7', admin);
    expect(asked).toEqual([]);
    await from('10.1.0.1', admin);
    expect(asked).toEqual([admin.email]);
  });

  it('is recorded when it refuses', async () => {
    await from('192.0.2.7', admin);
    const [event] = await app.query<{ type: string; details: object }>(
      `SELECT type, details FROM audit_events WHERE subject_id = $1 ORDER BY id DESC LIMIT 1`,
      [admin.id],
    );
    expect(event).toEqual({
      type: 'sign-in-failed',
      details: { check: 'StaffNetworkCheck', code: 'outside-staff-network' },
    });
  });

  it('is in the OpenAPI document with its problems', () => {
    const { components } = describeApi(app.nest);
    expect(components?.schemas).toHaveProperty('OutsideStaffNetworkProblem');
    expect(JSON.stringify(components?.schemas?.['LogIn403Problem'])).toContain('OutsideStaffNetworkProblem');
  });

  it('opens no session when it fails', async () => {
    const member = await aMember(app);
    const [before, check] = [await sessions(member), app.nest.get(LastCheck)];
    check.broken = true;
    expectProblem(await from('10.1.0.1', member), 500, 'internal-error');
    check.broken = false;
    expect(await sessions(member)).toBe(before);
  });

  it('runs where it extends a decorated class', async () => {
    const heir = app.nest.get(Heir);
    heir.refuses = true;
    const answer = await app.api.post('/v1/auth/login', { json: await app.someone() });
    heir.refuses = false;
    expectProblem(answer, 409, 'conflict');
  });

  it('counts as an attempt each time it refuses', async () => {
    const other = await aMember(app, 'admin');
    const statuses = await inParallel(15, async (turn) => (await from(`192.0.3.${turn}`, other)).status);
    expect(statuses.filter((status) => status === 403)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(5);
  });
});

@LoginCheck({ order: 10 })
@Injectable({ scope: Scope.REQUEST })
class PerRequest extends Refusal {}

@LoginCheck({ order: 10 })
@Injectable()
class Idle implements LoginCheckProvider {}

@LoginCheck({ order: 10 })
@Controller('check')
class CheckController extends Refusal {}

describe('a login check that would never run', () => {
  /** Starts an application with such a module. */
  const started = async (module: ModuleMetadata) => {
    const events = { provide: EventBus, useValue: {} };
    const { controllers = [], providers = [] } = module;
    @Module({ controllers, providers: [LoginChecks, events, ...providers] })
    class ChecksModule {}
    return startContext({ imports: [ChecksModule] });
  };

  it.each<[string, RegExp, ModuleMetadata]>([
    ['without a method', /Idle is a @LoginCheck\(\) without a method/, { providers: [Idle] }],
    ['for each request', /PerRequest is created per request or injection/, { providers: [PerRequest] }],
    [
      'as a controller',
      /CheckController is a controller and would not be called/,
      { controllers: [CheckController] },
    ],
  ])('is not made %s', async (_, message, module) => {
    await expect(started(module)).rejects.toThrow(message);
  });
});
