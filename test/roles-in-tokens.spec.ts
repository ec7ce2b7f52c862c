import { generateKeyPairSync } from 'node:crypto';
import { Client } from 'pg';
import { changeUser, deleteRole, permissionsOf, refreshed, saveRole } from './support/administration';
import { startApp, type TestApp } from './support/app';
import { base64url, readJws, signer, writeJws } from './support/jws';
import { expectProblem } from './support/problem';
import { sessionsOf } from './support/sessions';
import { aMember, aRole, type Member } from './support/staff';

// As the audit trail asks, time and again.
let app: TestApp;
let admin: Member;
let member: Member;

beforeAll(async () => {
  app = await startApp();
  admin = await aMember(app, 'admin');
});

beforeEach(async () => {
  member = await aMember(app);
});

afterAll(async () => app.close());

const principal = async ({ token }: Pick<Member, 'token'>) => app.api.get('/v1/auth/principal', { token });
const rolesOf = async ({ token }: Member) => ({
  claimed: readJws(token).claims['roles'],
  principal: (await principal({ token })).body['roles'],
  profile: (await app.api.get('/v1/users/me', { token })).body['roles'],
});

describe('a role that is given or taken', () => {
  it('makes the access token stale, and a refresh brings it: nobody is signed out', async () => {
    const role = await aRole(app, 'users:read');
    for (const roles of [[role], []]) {
      expect((await changeUser(app, admin, member.id, { roles })).status).toBe(200);
      const refused = await principal(member);
      expectProblem(refused, 401, 'token-stale');
      expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="Gatehouse", error="invalid_token"');
      member = await refreshed(app, member);
      expect(await permissionsOf(app, member)).toEqual(roles.length > 0 ? ['users:read'] : []);
    }
    expect((await sessionsOf(app, member.token)).items).toHaveLength(1);
  });

  it('is refused to the old token on every route, what it did not ask for too', async () => {
    await changeUser(app, admin, member.id, { roles: [await aRole(app)] });
    for (const path of ['/v1/users/me', '/v1/users', '/v1/sessions'])
      expectProblem(await app.api.get(path, { token: member.token }), 401, 'token-stale');
  });

  it('is in what a sign-in and a password entered again give, too', async () => {
    const role = await aRole(app, 'users:read');
    await changeUser(app, admin, member.id, { roles: [role] });
    const { accessToken } = await app.signIn(member);
    expect(readJws(accessToken).claims['roles']).toEqual([role]);
    expect((await principal({ token: accessToken })).status).toBe(200);
  });

  it('stays with the old token where nothing changed: the same roles in another order', async () => {
    const [one, other] = [await aRole(app), await aRole(app)];
    const holder = await aMember(app, one, other);
    await changeUser(app, admin, holder.id, { roles: [other, one] });
    await changeUser(app, admin, holder.id, {});
    expect((await principal(holder)).status).toBe(200);
  });

  it('is gone from everybody with the role itself, and stays gone when that is made again', async () => {
    const role = await aRole(app, 'users:read');
    const holder = await aMember(app, role);
    expect((await deleteRole(app, admin, role)).status).toBe(204);
    expectProblem(await principal(holder), 401, 'token-stale');
    expect((await saveRole(app, admin, role, 'users:read')).status).toBe(201);
    const later = await refreshed(app, holder);
    expect(await rolesOf(later)).toEqual({ claimed: [], principal: [], profile: [] });
    expect(await permissionsOf(app, later)).toEqual([]);
  });
});

describe('the roles of somebody', () => {
  it('stand in the token, in the principal with what they permit, and in the profile', async () => {
    const role = await aRole(app, 'users:read', 'sessions:read');
    const holder = await aMember(app, role);
    expect(await rolesOf(holder)).toEqual({ claimed: [role], principal: [role], profile: [role] });
    expect(await permissionsOf(app, holder)).toEqual(['sessions:read', 'users:read']);
    expect(await rolesOf(member)).toEqual({ claimed: [], principal: [], profile: [] });
  });

  it('are not what their permissions are read from in the token: those are nobody’s to carry around', () => {
    expect(readJws(admin.token).claims).not.toHaveProperty('permissions');
    expect(readJws(admin.token).claims).not.toHaveProperty('scope');
  });

  it('are learned from memory: no statement for any number of requests', async () => {
    const holder = await aMember(app, await aRole(app, 'users:read'));
    await app.mailsSent();
    const spy = jest.spyOn(Client.prototype, 'query');
    try {
      for (let count = 0; count < 50; count++) {
        expect((await principal(holder)).status).toBe(200);
      }
      const polls = new Set(['changes-since', 'mail-claim']);
      const asked = spy.mock.calls.map(([query]) => nameOf(query)).filter((name) => !polls.has(name));
      expect(asked).toEqual([]);
    } finally {
      spy.mockRestore();
    }
  });
});

describe('roles that somebody writes into a token themself', () => {
  const forged = (token: string): [string, string][] => {
    const { header, claims, parts } = readJws(token);
    const promoted = { ...claims, roles: ['admin'] };
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return [
      ['under the old signature', `${parts[0]}.${base64url(promoted)}.${parts[2]}`],
      ['under a key of their own', writeJws(header, promoted, signer('ES256', privateKey))],
      ['under none', `${base64url({ ...header, alg: 'none' })}.${base64url(promoted)}.`],
    ];
  };

  it('are refused with it', async () => {
    for (const [, token] of forged(member.token)) {
      expectProblem(await principal({ token }), 401, 'invalid-token');
      expectProblem(await app.api.get('/v1/users', { token }), 401, 'invalid-token');
    }
    expect((await principal(member)).status).toBe(200);
  });

  it.each([
    ['PATCH', '/v1/users/me', { roles: ['admin'] }],
    ['POST', '/v1/auth/register', { email: 'late@example.com', password: 'x', roles: ['admin'] }],
  ])('or into a request: %s %s takes none', async (method, path, json) => {
    const answer = await app.api.send(method, path, { token: member.token, json });
    expectProblem(answer, 422, 'validation-failed');
    expect(await rolesOf(member)).toEqual({ claimed: [], principal: [], profile: [] });
  });
});

function nameOf(query: unknown): string {
  if (typeof query === 'string') return query;
  const { name, text } = query as { name?: string; text?: string };
  return name ?? text ?? '';
}
