import { describeApi } from '../src/openapi';
import type { Answer, ProblemBody } from './support/api';
import { startApp, type TestApp } from './support/app';
import { aMember, aMemberWho } from './support/staff';

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

/** Open to everybody. */
const PUBLIC = [
  'GET /.well-known/change-password',
  'GET /.well-known/jwks.json',
  'GET /.well-known/oauth-authorization-server',
  'GET /health/live',
  'GET /health/ready',
  'GET /v1/auth/policy',
  'POST /v1/auth/email/change/confirm',
  'POST /v1/auth/email/change/undo',
  'POST /v1/auth/email/verify',
  'POST /v1/auth/email/verify/resend',
  'POST /v1/auth/invitations/accept',
  'POST /v1/auth/login',
  'POST /v1/auth/logout',
  'POST /v1/auth/password/forgot',
  'POST /v1/auth/password/reset',
  'POST /v1/auth/refresh',
  'POST /v1/auth/register',
  'POST /v1/auth/sessions/end',
];

/** For everybody who is signed in, and about nobody but themself. */
const OWN = [
  'DELETE /v1/sessions',
  'DELETE /v1/sessions/{id}',
  'GET /v1/auth/principal',
  'GET /v1/sessions',
  'GET /v1/users/me',
  'GET /v1/users/me/export',
  'PATCH /v1/users/me',
  'POST /v1/auth/email/change',
  'POST /v1/auth/password/change',
  'POST /v1/auth/reauthenticate',
  'POST /v1/users/me/delete',
];

/** For those only who may. */
const PERMITTED: Readonly<Record<string, string>> = {
  'GET /v1/users': 'users:read',
  'GET /v1/users/{id}': 'users:read',
  'POST /v1/users': 'users:write',
  'PATCH /v1/users/{id}': 'users:write',
  'DELETE /v1/users/{id}': 'users:write',
  'GET /v1/users/{id}/sessions': 'sessions:read',
  'DELETE /v1/users/{id}/sessions': 'sessions:write',
  'GET /v1/permissions': 'roles:read',
  'GET /v1/roles': 'roles:read',
  'PUT /v1/roles/{name}': 'roles:write',
  'DELETE /v1/roles/{name}': 'roles:write',
  'GET /v1/audit-events': 'audit:read',
};

const PERMISSIONS = [...new Set(Object.values(PERMITTED))];
const NOBODY = '01890000-0000-7000-8000-000000000000';

let app: TestApp;

beforeAll(async () => {
  app = await startApp({ alone: true });
});

afterAll(async () => app.close());

const documented = () =>
  Object.entries(describeApi(app.nest).paths).flatMap(([path, operations]) =>
    METHODS.filter((method) => operations[method]).map((method) => `${method.toUpperCase()} ${path}`),
  );

async function call(route: string, token?: string): Promise<Answer<ProblemBody>> {
  const [method = '', template = ''] = route.split(' ');
  const path = template.replace('{id}', NOBODY).replace('{name}', 'no-such-role');
  const hasBody = method !== 'GET' && method !== 'DELETE';
  return app.api.send<ProblemBody>(method, path, {
    ...(token !== undefined && { token }),
    ...(hasBody && { json: {} }),
  });
}

describe('who may do what', () => {
  it('is said here of every route there is', () => {
    expect(documented().toSorted()).toEqual([...PUBLIC, ...OWN, ...Object.keys(PERMITTED)].toSorted());
  });

  it.each([...OWN, ...Object.keys(PERMITTED)])('nobody: %s is closed', async (route) => {
    expect(await call(route)).toMatchObject({ status: 401, body: { code: 'authentication-required' } });
  });

  it('anybody: what is public is not closed', async () => {
    for (const route of PUBLIC) expect((await call(route)).body?.code).not.toBe('authentication-required');
  });

  it('somebody without a role: own things, and nothing else', async () => {
    const { token } = await aMember(app);
    for (const route of OWN) expect([401, 403]).not.toContain((await call(route, token)).status);
    for (const [route, permission] of Object.entries(PERMITTED))
      expectRefused(await call(route, token), permission);
  });

  it.each(PERMISSIONS)('a role of %s alone: what that permits, and nothing else', async (permission) => {
    const { token } = await aMemberWho(app, permission);
    for (const [route, required] of Object.entries(PERMITTED)) {
      const answer = await call(route, token);
      if (required === permission) expectLetIn(answer);
      else expectRefused(answer, required);
    }
  });

  it.each(PERMISSIONS)('a role of all but %s: everything else', async (permission) => {
    const { token } = await aMemberWho(app, ...PERMISSIONS.filter((other) => other !== permission));
    for (const [route, required] of Object.entries(PERMITTED)) {
      const answer = await call(route, token);
      if (required === permission) expectRefused(answer, required);
      else expectLetIn(answer);
    }
  });

  it('admin: everything', async () => {
    const { token } = await aMember(app, 'admin');
    for (const route of Object.keys(PERMITTED)) expectLetIn(await call(route, token));
  });

  it('a role that was given in vain, since there is none of that name: nothing', async () => {
    const { token } = await aMember(app, 'administrator', 'ADMIN', 'users:read', '*');
    for (const [route, permission] of Object.entries(PERMITTED))
      expectRefused(await call(route, token), permission);
  });
});

function expectRefused({ status, headers, body }: Answer<ProblemBody>, permission: string): void {
  expect({ status, code: body.code }).toEqual({ status: 403, code: 'insufficient-permission' });
  expect(headers.get('www-authenticate')).toBe(
    `Bearer realm="Gatehouse", error="insufficient_scope", scope="${permission}"`,
  );
}

/** Let in, and told that nothing is there or that the body is not one. */
function expectLetIn({ status }: Answer<ProblemBody>): void {
  expect([200, 404, 422]).toContain(status);
}
