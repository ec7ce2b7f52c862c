import type { ProblemBody, TokenBody } from './support/api';
import { startApp, type TestApp } from './support/app';
import { expectLacking, storedUser } from './support/administration';
import { expectProblem } from './support/problem';
import { aMember, aMemberWho, aRole, type Member } from './support/staff';

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
let member: Member;
let role: string;

beforeAll(async () => {
  // Longer than the sign-in counts as recent: else the token would be over first.
  app = await startApp({ env: { ACCESS_TOKEN_MINUTES: '60' } });
});

beforeEach(async () => {
  [admin, member, role] = [await aMember(app, 'admin'), await aMember(app), await aRole(app)];
});

afterAll(async () => app.close());

async function call(route: string, { token }: Pick<Member, 'token'>) {
  const [method = '', template = ''] = route.split(' ');
  const path = template.replace('{id}', member.id).replace('{name}', role);
  const bodies: Record<string, object> = {
    POST: { email: `new-${member.email}` },
    PATCH: { status: 'disabled' },
    PUT: { permissions: ['users:read'] },
  };
  const json = bodies[method];
  return app.api.send<ProblemBody>(method, path, { token, ...(json && { json }) });
}

const renewed = async ({ refreshToken }: Member) =>
  (await app.api.post<TokenBody>('/v1/auth/refresh', { json: { refreshToken } })).body.accessToken;

describe.each(WRITES)('%s', (route) => {
  it('is taken up to fifteen minutes after the password was entered, to the second', async () => {
    app.clock.advance({ minutes: RECENT_MINUTES, seconds: -1 });
    expect((await call(route, admin)).status).toBeLessThan(300);
  });

  it('is not taken later, neither by the old token nor by a refreshed one, and nothing happens', async () => {
    app.clock.advance({ minutes: RECENT_MINUTES, seconds: 1 });
    const before = await app.query('SELECT * FROM users ORDER BY id');
    for (const token of [admin.token, await renewed(admin)]) {
      const answer = await call(route, { token });
      expectProblem(answer, 401, 'insufficient-user-authentication');
      expect(answer.headers.get('www-authenticate')).toBe(
        'Bearer realm="Gatehouse", error="insufficient_user_authentication", max_age="900"',
      );
      expect(answer.body.detail).toContain('/v1/auth/reauthenticate');
    }
    expect(await app.query('SELECT * FROM users ORDER BY id')).toEqual(before);
    expect(await app.query('SELECT permissions FROM roles WHERE name = $1', [role])).toEqual([
      { permissions: [] },
    ]);
  });

  it('is taken again once the password was entered', async () => {
    app.clock.advance({ minutes: RECENT_MINUTES + 1 });
    const { token, password } = admin;
    const { body } = await app.api.post<TokenBody>('/v1/auth/reauthenticate', { token, json: { password } });
    expect((await call(route, { token: body.accessToken })).status).toBeLessThan(300);
    expectProblem(await call(route, { token }), 401, 'insufficient-user-authentication');
  });

  it('asks for the permission first: nobody enters a password for what they may not do', async () => {
    const reader = await aMemberWho(app, 'users:read');
    app.clock.advance({ minutes: RECENT_MINUTES + 1 });
    expectLacking(await call(route, reader), route.includes('roles') ? 'roles:write' : writesOn(route));
  });
});

const writesOn = (route: string) => (route.endsWith('sessions') ? 'sessions:write' : 'users:write');

describe('what only reads', () => {
  it.each(READS)('needs no recent sign-in: %s', async (route) => {
    app.clock.advance({ minutes: 59 });
    expect((await call(route, admin)).status).toBe(200);
  });
});

describe('a sign-in elsewhere', () => {
  it('does not count for this session, whose token may be a thief’s', async () => {
    app.clock.advance({ minutes: RECENT_MINUTES + 1 });
    await app.signIn(admin);
    const before = await storedUser(app, member.id);
    expectProblem(await call('PATCH /v1/users/{id}', admin), 401, 'insufficient-user-authentication');
    expect(await storedUser(app, member.id)).toEqual(before);
  });
});
