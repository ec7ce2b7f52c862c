import { Controller, Injectable, Module, Scope, type Type } from '@nestjs/common';
import { LoginCheck, type LoginCheckProvider, type ProvenLogin } from '../../src/auth';
import { describeApi } from '../../src/openapi';
import { Conflict } from '../../src/platform/http';
import { startApp, type TestApp, withApp } from '../../test/support/app';
import { inParallel } from '../../test/support/parallel';
import { expectProblem } from '../../test/support/problem';
import { aMember, type Member } from '../../test/support/staff';
import { StaffNetworkModule } from './staff-network';

const asked: string[] = [];

/** What a second team could have added. */
@Injectable()
@LoginCheck({ order: 30 })
class LastCheck implements LoginCheckProvider {
  broken = false;

  async check({ email }: ProvenLogin): Promise<void> {
    asked.push(email);
    if (this.broken) throw new Error('the service that was asked is away');
  }
}

@Module({ providers: [LastCheck] })
class LastModule {}

describe('a login check that a module brings along', () => {
  let app: TestApp;
  let admin: Member;

  beforeAll(async () => {
    const env = { STAFF_NETWORK: '10.1.0.0', TRUSTED_PROXIES: '127.0.0.1' };
    // The later check comes first here: their order is what they say it is.
    app = await startApp({ modules: [LastModule, StaffNetworkModule], env });
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

  it('lets in whom it has nothing against', async () => {
    expect((await from('10.1.200.3', admin)).status).toBe(200);
    expect((await from('192.0.2.7', await aMember(app))).status).toBe(200);
  });

  it('tells nothing to whoever does not know the password', async () => {
    expectProblem(await from('192.0.2.7', admin, 'x'), 401, 'invalid-credentials');
  });

  it('is asked in its order, and the first that refuses ends it', async () => {
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

  it('is in the OpenAPI document with what it refuses with', () => {
    const { components } = describeApi(app.nest);
    expect(components?.schemas).toHaveProperty('OutsideStaffNetworkProblem');
    expect(JSON.stringify(components?.schemas?.['LogIn403Problem'])).toContain('OutsideStaffNetworkProblem');
  });

  it('opens nothing when it breaks', async () => {
    const member = await aMember(app);
    const [before, check] = [await sessions(member), app.nest.get(LastCheck)];
    check.broken = true;
    expectProblem(await from('10.1.0.1', member), 500, 'internal-error');
    check.broken = false;
    expect(await sessions(member)).toBe(before);
  });
});

@LoginCheck({ order: 10, problems: [Conflict] })
abstract class Refusal implements LoginCheckProvider {
  async check(): Promise<void> {
    throw new Conflict();
  }
}

@Injectable()
class Heir extends Refusal {}

@LoginCheck({ order: 10 })
@Injectable({ scope: Scope.REQUEST })
class PerRequest extends Refusal {}

function of(check: Type): Type {
  @Module({ providers: [check] })
  class CheckModule {}
  return CheckModule;
}

function atTheDoor(): Type {
  @LoginCheck({ order: 10 })
  @Controller('door')
  class AtTheDoor extends Refusal {}
  @Module({ controllers: [AtTheDoor] })
  class DoorModule {}
  return DoorModule;
}

describe('a login check that refuses', () => {
  it('costs an attempt each time: nobody is asked without end', async () => {
    const env = { STAFF_NETWORK: '10.1.0.0', TRUSTED_PROXIES: '127.0.0.1' };
    await withApp({ modules: [StaffNetworkModule], env, limits: true }, async (app) => {
      const { email, password } = await app.someone();
      await app.query(`UPDATE users SET roles = '{admin}' WHERE email = $1`, [email]);
      const statuses = await inParallel(15, async (turn) => {
        const headers = { 'x-forwarded-for': `192.0.2.${turn}` };
        return (await app.api.post('/v1/auth/login', { json: { email, password }, headers })).status;
      });
      expect(statuses.filter((status) => status === 403)).toHaveLength(10);
      expect(statuses.filter((status) => status === 429)).toHaveLength(5);
    });
  });

  it.each<[string, RegExp, Type]>([
    ['for each request', /PerRequest is made for each request or injection/, of(PerRequest)],
    ['as a controller', /AtTheDoor is a controller, and would not be asked/, atTheDoor()],
  ])('is not made %s, where it would not be asked', async (_, message, module) => {
    await expect(startApp({ modules: [module] })).rejects.toThrow(message);
  });

  it('is asked where it extends one that is decorated', async () => {
    await withApp({ modules: [of(Heir)] }, async (app) => {
      expectProblem(await app.api.post('/v1/auth/login', { json: await app.someone() }), 409, 'conflict');
    });
  });
});
