import { generateKeyPairSync } from 'node:crypto';
import { DataSource } from 'typeorm';
import { changeUser, deleteRole, permissionsOf, refreshed, saveRole } from '../support/administration';
import type { TestApp } from '../support/app';
import { withoutJobs } from '../support/jobs';
import { base64url, readJws, signer, writeJws } from '../support/jws';
import { expectProblem } from '../support/problem';
import { sessionsOf } from '../support/sessions';
import { sharedApp } from '../support/shared-app';
import { aMember, aRole, type Member } from '../support/staff';

let app: TestApp;
let admin: Member;
let member: Member;

beforeAll(async () => {
  app = await sharedApp();
  admin = await aMember(app, 'admin');
});

beforeEach(async () => {
  member = await aMember(app);
});

const principal = async ({ token }: Pick<Member, 'token'>) => app.api.get('/v1/auth/principal', { token });
const rolesOf = async ({ token }: Member) => ({
  claimed: readJws(token).claims['roles'],
  principal: (await principal({ token })).body['roles'],
  profile: (await app.api.get('/v1/users/me', { token })).body['roles'],
});

describe('a role that is assigned or withdrawn', () => {
  it('makes the access token stale, and is in a refreshed one: the session goes on', async () => {
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

  it('makes the old token stale on every route, also where no permission is required', async () => {
    await changeUser(app, admin, member.id, { roles: [await aRole(app)] });
    for (const path of ['/v1/users/me', '/v1/users', '/v1/sessions'])
      expectProblem(await app.api.get(path, { token: member.token }), 401, 'token-stale');
  });

  it('is in the tokens of the next sign-in', async () => {
    const role = await aRole(app, 'users:read');
    await changeUser(app, admin, member.id, { roles: [role] });
    const { accessToken } = await app.signIn(member);
    expect(readJws(accessToken).claims['roles']).toEqual([role]);
    expect((await principal({ token: accessToken })).status).toBe(200);
  });

  it('leaves the old token valid where nothing changed: the same roles in another order', async () => {
    const [one, other] = [await aRole(app), await aRole(app)];
    const holder = await aMember(app, one, other);
    await changeUser(app, admin, holder.id, { roles: [other, one] });
    await changeUser(app, admin, holder.id, {});
    expect((await principal(holder)).status).toBe(200);
  });

  it('is removed from its holders when it is deleted, and does not return when it is created again', async () => {
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

describe('the roles of a user', () => {
  it('are in the token, in the principal with what they permit, and in the profile', async () => {
    const role = await aRole(app, 'users:read', 'sessions:read');
    const holder = await aMember(app, role);
    expect(await rolesOf(holder)).toEqual({ claimed: [role], principal: [role], profile: [role] });
    expect(await permissionsOf(app, holder)).toEqual(['sessions:read', 'users:read']);
    expect(await rolesOf(member)).toEqual({ claimed: [], principal: [], profile: [] });
  });

  it('are in the token without their permissions', () => {
    expect(readJws(admin.token).claims).not.toHaveProperty('permissions');
    expect(readJws(admin.token).claims).not.toHaveProperty('scope');
  });

  it('are read from memory, without a statement for any number of requests', async () => {
    const holder = await aMember(app, await aRole(app, 'users:read'));
    const { master } = app.nest.get(DataSource).driver as unknown as { master: { connect: () => void } };
    await withoutJobs(app, async () => {
      const connect = jest.spyOn(master, 'connect');
      for (let count = 0; count < 5; count++) expect((await principal(holder)).status).toBe(200);
      expect(connect).not.toHaveBeenCalled();
      connect.mockRestore();
    });
  });
});

describe('roles that an attacker writes into a token', () => {
  const forged = (token: string): [string, string][] => {
    const { header, claims, parts } = readJws(token);
    const promoted = { ...claims, roles: ['admin'] };
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return [
      ['under the old signature', `${parts[0]}.${base64url(promoted)}.${parts[2]}`],
      ['under another key', writeJws(header, promoted, signer('ES256', privateKey))],
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
  ])('or into a request are refused: %s %s', async (method, path, json) => {
    const answer = await app.api.send(method, path, { token: member.token, json });
    expectProblem(answer, 422, 'validation-failed');
    expect(await rolesOf(member)).toEqual({ claimed: [], principal: [], profile: [] });
  });
});
