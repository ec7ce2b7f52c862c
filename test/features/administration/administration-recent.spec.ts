import { expectLacking, refreshed, storedUser } from '../../support/administration';
import type { ProblemBody, TokenBody } from '../../support/api';
import type { TestApp } from '../../support/app';
import { expectProblem } from '../../support/problem';
import { openSession } from '../../support/sessions';
import { sharedApp } from '../../support/shared-app';
import { aMember, aMemberWho, anAccount, aRole, type Account, type Member } from '../../support/staff';

const RECENT_MINUTES = 15;
const WRITES = [
  'POST /v1/users',
  'PATCH /v1/users/{id}',
  'DELETE /v1/users/{id}',
  'DELETE /v1/users/{id}/sessions',
  'PUT /v1/roles/{name}',
  'DELETE /v1/roles/{name}',
];
const READS = [
  'GET /v1/users',
  'GET /v1/users/{id}',
  'GET /v1/users/{id}/sessions',
  'GET /v1/roles',
  'GET /v1/permissions',
];

let app: TestApp;
let admin: Member;
/** What the requests are about. */
let user: Account;
let role: string;

beforeAll(async () => {
  app = await sharedApp();
});

async function newTarget(): Promise<void> {
  [user, role] = [await anAccount(app), await aRole(app)];
}

async function call(route: string, { token }: Pick<Member, 'token'>) {
  const [method = '', template = ''] = route.split(' ');
  const path = template.replace('{id}', user.id).replace('{name}', role);
  const bodies: Record<string, object> = {
    POST: { email: `new-${user.email}` },
    PATCH: { status: 'disabled' },
    PUT: { permissions: ['users:read'] },
  };
  const json = bodies[method];
  return app.api.send<ProblemBody>(method, path, { token, ...(json && { json }) });
}

/** Time passes, and the member gets tokens that are still valid at the end of it. */
async function later(member: Member, span: { minutes: number; seconds?: number }): Promise<Member> {
  app.clock.advance({ minutes: 10 });
  const still = await refreshed(app, member);
  app.clock.advance({ ...span, minutes: span.minutes - 10 });
  return still;
}

/** What the writes would change. */
const stored = async () => ({
  user: await storedUser(app, user.id),
  invited: await app.query('SELECT id FROM users WHERE email = $1', [`new-${user.email}`]),
  role: await app.query('SELECT permissions FROM roles WHERE name = $1', [role]),
});

describe('up to fifteen minutes after the password was entered, to the second,', () => {
  beforeAll(async () => {
    admin = await aMember(app, 'admin');
    app.clock.advance({ minutes: RECENT_MINUTES, seconds: -1 });
  });

  beforeEach(newTarget);

  it.each(WRITES)('%s is allowed', async (route) => {
    expect((await call(route, admin)).status).toBeLessThan(300);
  });
});

describe('later than that', () => {
  let again: Member;

  beforeAll(async () => {
    await newTarget();
    admin = await later(await aMember(app, 'admin'), { minutes: RECENT_MINUTES, seconds: 1 });
    again = await refreshed(app, admin);
  });

  it.each(WRITES)('%s is not allowed, neither to the old token nor to a refreshed one', async (route) => {
    const before = await stored();
    for (const caller of [admin, again]) {
      const answer = await call(route, caller);
      expectProblem(answer, 401, 'insufficient-user-authentication');
      expect(answer.headers.get('www-authenticate')).toBe(
        'Bearer realm="Gatehouse", error="insufficient_user_authentication", max_age="900"',
      );
      expect(answer.body.detail).toContain('/v1/auth/reauthenticate');
    }
    expect(await stored()).toEqual(before);
  });

  it('a sign-in elsewhere does not count for this session, whose token may be stolen', async () => {
    await openSession(app, admin);
    const before = await stored();
    expectProblem(await call('PATCH /v1/users/{id}', again), 401, 'insufficient-user-authentication');
    expect(await stored()).toEqual(before);
  });

  it.each(READS)('%s is allowed: it needs no recent sign-in', async (route) => {
    expect((await call(route, again)).status).toBe(200);
  });
});

describe('once the password was entered again', () => {
  let proven: Pick<Member, 'token'>;

  beforeAll(async () => {
    admin = await later(await aMember(app, 'admin'), { minutes: RECENT_MINUTES + 1 });
    const { token, password } = admin;
    const { body } = await app.api.post<TokenBody>('/v1/auth/reauthenticate', { token, json: { password } });
    proven = { token: body.accessToken };
  });

  beforeEach(newTarget);

  it.each(WRITES)('%s is allowed to the new token, and not to the old one', async (route) => {
    expectProblem(await call(route, admin), 401, 'insufficient-user-authentication');
    expect((await call(route, proven)).status).toBeLessThan(300);
  });
});

describe('without the permission', () => {
  let reader: Member;

  beforeAll(async () => {
    await newTarget();
    reader = await later(await aMemberWho(app, 'users:read'), { minutes: RECENT_MINUTES + 1 });
  });

  it.each(WRITES)('%s is 403 and does not require a recent sign-in', async (route) => {
    const onSessions = route.endsWith('sessions') ? 'sessions:write' : 'users:write';
    expectLacking(await call(route, reader), route.includes('roles') ? 'roles:write' : onSessions);
  });
});
