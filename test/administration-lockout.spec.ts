import {
  activeAdmins,
  changeUser,
  deleteRole,
  deleteUser,
  permissionsOf,
  saveRole,
  storedUser,
  withoutAdmins,
} from './support/administration';
import { startApp, type TestApp } from './support/app';
import { expectProblem } from './support/problem';
import { aMember, aMemberWho, aRole, type Member } from './support/staff';

let app: TestApp;
let admin: Member;

beforeAll(async () => {
  app = await startApp();
});

beforeEach(async () => {
  await withoutAdmins(app);
  admin = await aMember(app, 'admin');
});

afterAll(async () => app.close());

const leave = async ({ token, password }: Member) =>
  app.api.post('/v1/users/me/delete', { token, json: { password } });

describe('the last administrator', () => {
  it.each([
    ['being disabled', async () => changeUser(app, admin, admin.id, { status: 'disabled' })],
    ['giving the role away', async () => changeUser(app, admin, admin.id, { roles: [] })],
    ['being deleted', async () => deleteUser(app, admin, admin.id)],
    ['deleting their account', async () => leave(admin)],
  ])('does not fall by %s', async (_, fall) => {
    // Neither of these could take over.
    const disabled = await aMember(app, 'admin');
    await changeUser(app, admin, disabled.id, { status: 'disabled' });
    await aMemberWho(app, 'users:read', 'users:write', 'roles:write');
    expectProblem(await fall(), 409, 'conflict');
    expect(await activeAdmins(app)).toEqual([admin.id]);
    expect((await app.api.get('/v1/users', admin)).status).toBe(200);
  });

  it('does not fall while another one has only been invited', async () => {
    const json = { email: `heir-${admin.email}`, roles: ['admin'] };
    expect((await app.api.post('/v1/users', { token: admin.token, json })).status).toBe(201);
    expectProblem(await leave(admin), 409, 'conflict');
  });

  it('may leave once there is another one, who is the last then', async () => {
    const heir = await aMember(app);
    await changeUser(app, admin, heir.id, { roles: ['admin'] });
    expect((await leave(admin)).status).toBe(204);
    expect(await activeAdmins(app)).toEqual([heir.id]);
    const { accessToken: token } = await app.signIn(heir);
    expectProblem(await leave({ ...heir, token }), 409, 'conflict');
  });

  it('is told of the wrong password first: that tells nobody whether they are the last', async () => {
    expectProblem(await leave({ ...admin, password: 'not this one, surely' }), 401, 'invalid-credentials');
  });

  it('falls by the hand of another one, who stays', async () => {
    for (const fall of [
      async ({ id }: Member) => changeUser(app, admin, id, { status: 'disabled' }),
      async ({ id }: Member) => changeUser(app, admin, id, { roles: [] }),
      async ({ id }: Member) => deleteUser(app, admin, id),
    ])
      expect((await fall(await aMember(app, 'admin'))).status).toBeLessThan(300);
    expect(await activeAdmins(app)).toEqual([admin.id]);
  });
});

describe('the role admin', () => {
  it('stays as it is: 409 to whoever changes or deletes it', async () => {
    for (const answer of [
      await saveRole(app, admin, 'admin'),
      await saveRole(app, admin, 'admin', 'users:read'),
      await deleteRole(app, admin, 'admin'),
    ])
      expectProblem(answer, 409, 'conflict');
    expect((await app.api.get('/v1/users', admin)).status).toBe(200);
    const { body } = await app.api.get<{ items: { name: string }[] }>('/v1/roles?limit=100', admin);
    expect(body.items.filter(({ name }) => name === 'admin')).toHaveLength(1);
  });

  it('is not for those to touch who may write roles, either', async () => {
    const staff = await aMemberWho(app, 'roles:write');
    expectProblem(await saveRole(app, staff, 'admin'), 409, 'conflict');
    expectProblem(await deleteRole(app, staff, 'admin'), 409, 'conflict');
  });

  it.each(['Admin', 'ADMIN', 'admin ', 'аdmin', 'admin%00', '-admin', 'a'.repeat(64), ''])(
    'has no double: %j is no name for a role',
    async (name) => {
      const answer = await saveRole(app, admin, encodeURIComponent(name), 'users:read');
      expect([400, 404, 405, 422]).toContain(answer.status);
      expect(await app.query('SELECT name FROM roles WHERE name = $1', [name.replace('%00', '')])).toEqual(
        name === 'admin%00' ? [{ name: 'admin' }] : [],
      );
    },
  );
});

describe('nobody locks themself out', () => {
  let staff: Member;
  let role: string;

  beforeEach(async () => {
    role = await aRole(app, 'users:write', 'roles:write', 'users:read');
    staff = await aMember(app, role);
  });

  it.each([
    ['disabling themself', async () => changeUser(app, staff, staff.id, { status: 'disabled' })],
    ['taking their own roles', async () => changeUser(app, staff, staff.id, { roles: [] })],
    [
      'trading them for less',
      async () => changeUser(app, staff, staff.id, { roles: [await aRole(app, 'users:write')] }),
    ],
    ['doing it to another writing of their id', async () => deleteUser(app, staff, staff.id.toUpperCase())],
    ['deleting themself by the door of administrators', async () => deleteUser(app, staff, staff.id)],
    ['narrowing a role they have', async () => saveRole(app, staff, role, 'roles:write', 'users:read')],
    ['emptying it', async () => saveRole(app, staff, role)],
    ['deleting it', async () => deleteRole(app, staff, role)],
  ])('by %s: 409', async (_, act) => {
    expectProblem(await act(), 409, 'conflict');
    expect(await storedUser(app, staff.id)).toMatchObject({ roles: [role], status: 'active' });
    expect(await permissionsOf(app, staff)).toEqual(['roles:write', 'users:read', 'users:write']);
  });

  it('where another role keeps them in, they may', async () => {
    const keeping = await aMember(app, role, await aRole(app, 'users:write', 'roles:write', 'users:read'));
    expect((await saveRole(app, keeping, role, 'users:read')).status).toBe(200);
    expect((await deleteRole(app, keeping, role)).status).toBe(204);
    expectProblem(await app.api.get('/v1/users', staff), 401, 'token-stale');
  });

  it('and leaving for good, with one’s password, is everybody’s right', async () => {
    expect((await leave(staff)).status).toBe(204);
  });

  it('nor does an administrator lose the role by taking others beside it', async () => {
    expect((await changeUser(app, admin, admin.id, { roles: ['admin', role] })).status).toBe(200);
    const { accessToken: token } = await app.signIn(admin);
    expect((await changeUser(app, { token }, admin.id, { roles: ['admin'] })).status).toBe(200);
    const again = await app.signIn(admin);
    expectProblem(
      await changeUser(app, { token: again.accessToken }, admin.id, { roles: [role] }),
      409,
      'conflict',
    );
    expect(await activeAdmins(app)).toEqual([admin.id]);
  });
});
