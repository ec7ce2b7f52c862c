import {
  activeAdmins,
  changeUser,
  deleteRole,
  deleteUser,
  leave,
  permissionsOf,
  refreshed,
  saveRole,
  storedUser,
  TAKE_POWER,
  withoutAdmins,
} from '../../support/administration';
import type { TestApp } from '../../support/app';
import { expectProblem } from '../../support/problem';
import { sharedApp } from '../../support/shared-app';
import { aMember, aMemberWho, anAccount, aRole, type Member } from '../../support/staff';

let app: TestApp;
let admin: Member;

beforeAll(async () => {
  app = await sharedApp();
  await withoutAdmins(app);
  admin = await aMember(app, 'admin');
});

describe('the last administrator', () => {
  beforeAll(async () => {
    // None of these could take over.
    const disabled = await anAccount(app, 'admin');
    await changeUser(app, admin, disabled.id, { status: 'disabled' });
    await aMemberWho(app, 'users:read', 'users:write', 'roles:write');
    const json = { email: `heir-${admin.email}`, roles: ['admin'] };
    expect((await app.api.post('/v1/users', { token: admin.token, json })).status).toBe(201);
  });

  it.each([
    ['disable themself', async () => changeUser(app, admin, admin.id, { status: 'disabled' })],
    ['give the role away', async () => changeUser(app, admin, admin.id, { roles: [] })],
    ['delete themself', async () => deleteUser(app, admin, admin.id)],
    ['delete their own account', async () => leave(app, admin)],
  ])('cannot %s: 409', async (_, fall) => {
    expectProblem(await fall(), 409, 'conflict');
    expect(await activeAdmins(app)).toEqual([admin.id]);
    expect((await app.api.get('/v1/users', admin)).status).toBe(200);
  });

  it('gets the error of a wrong password first, which does not reveal that they are the last', async () => {
    const wrong = { ...admin, password: 'not this one, surely' };
    expectProblem(await leave(app, wrong), 401, 'invalid-credentials');
  });

  it('can remove the rights of every other administrator, and keeps their own', async () => {
    for (const [, take] of TAKE_POWER)
      expect((await take(app, admin, await anAccount(app, 'admin'))).status).toBeLessThan(300);
    expect(await activeAdmins(app)).toEqual([admin.id]);
  });

  it('may delete their account once there is another one, who is the last then', async () => {
    const heir = await aMember(app);
    await changeUser(app, admin, heir.id, { roles: ['admin'] });
    expect((await leave(app, admin)).status).toBe(204);
    expect(await activeAdmins(app)).toEqual([heir.id]);
    admin = await refreshed(app, heir);
    expectProblem(await leave(app, admin), 409, 'conflict');
  });
});

describe('the role admin', () => {
  it('cannot be changed or deleted: 409, also to a user who may write roles', async () => {
    const staff = await aMemberWho(app, 'roles:write');
    for (const answer of [
      await saveRole(app, admin, 'admin'),
      await saveRole(app, admin, 'admin', 'users:read'),
      await deleteRole(app, admin, 'admin'),
      await saveRole(app, staff, 'admin'),
      await deleteRole(app, staff, 'admin'),
    ])
      expectProblem(answer, 409, 'conflict');
    expect((await app.api.get('/v1/users', admin)).status).toBe(200);
    const { body } = await app.api.get<{ items: { name: string }[] }>('/v1/roles?limit=100', admin);
    expect(body.items.filter(({ name }) => name === 'admin')).toHaveLength(1);
  });

  it.each(['Admin', 'ADMIN', 'admin ', 'аdmin', 'admin%00', '-admin', 'a'.repeat(64), ''])(
    'has no double: %j is no name of a role',
    async (name) => {
      const answer = await saveRole(app, admin, encodeURIComponent(name), 'users:read');
      expect([400, 404, 405, 422]).toContain(answer.status);
      expect(await app.query('SELECT name FROM roles WHERE name = $1', [name.replace('%00', '')])).toEqual(
        name === 'admin%00' ? [{ name: 'admin' }] : [],
      );
    },
  );
});

describe('a user who may write users and roles', () => {
  let staff: Member;
  let role: string;
  let less: string;

  beforeAll(async () => {
    role = await aRole(app, 'users:write', 'roles:write', 'users:read');
    less = await aRole(app, 'users:write');
    staff = await aMember(app, role);
  });

  it.each([
    ['disabling themself', async () => changeUser(app, staff, staff.id, { status: 'disabled' })],
    ['taking their own roles', async () => changeUser(app, staff, staff.id, { roles: [] })],
    ['trading them for less', async () => changeUser(app, staff, staff.id, { roles: [less] })],
    [
      'deleting themself by their id in upper case',
      async () => deleteUser(app, staff, staff.id.toUpperCase()),
    ],
    ['deleting themself by the administrative route', async () => deleteUser(app, staff, staff.id)],
    ['narrowing a role they have', async () => saveRole(app, staff, role, 'roles:write', 'users:read')],
    ['emptying it', async () => saveRole(app, staff, role)],
    ['deleting it', async () => deleteRole(app, staff, role)],
  ])('cannot lock themself out by %s: 409', async (_, act) => {
    expectProblem(await act(), 409, 'conflict');
    expect(await storedUser(app, staff.id)).toMatchObject({ roles: [role], status: 'active' });
    expect(await permissionsOf(app, staff)).toEqual(['roles:write', 'users:read', 'users:write']);
  });

  it('may narrow and delete a role where another role keeps their permissions', async () => {
    const keeping = await aMember(app, role, await aRole(app, 'users:write', 'roles:write', 'users:read'));
    expect((await saveRole(app, keeping, role, 'users:read')).status).toBe(200);
    expect((await deleteRole(app, keeping, role)).status).toBe(204);
    expectProblem(await app.api.get('/v1/users', staff), 401, 'token-stale');
  });

  it('may delete their own account with their password', async () => {
    expect((await leave(app, await refreshed(app, staff))).status).toBe(204);
  });
});

describe('an administrator', () => {
  it('may add other roles to their own and remove them, but not admin itself', async () => {
    const role = await aRole(app, 'users:read');
    expect((await changeUser(app, admin, admin.id, { roles: ['admin', role] })).status).toBe(200);
    admin = await refreshed(app, admin);
    expect((await changeUser(app, admin, admin.id, { roles: ['admin'] })).status).toBe(200);
    admin = await refreshed(app, admin);
    expectProblem(await changeUser(app, admin, admin.id, { roles: [role] }), 409, 'conflict');
    expect(await activeAdmins(app)).toEqual([admin.id]);
  });
});
