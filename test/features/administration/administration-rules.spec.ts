import { KnownPermissions } from '../../../src/access';
import { RolesService } from '../../../src/roles';
import {
  changeUser,
  deleteRole,
  deleteUser,
  endSessionsOf,
  expectLacking,
  invite,
  permissionsOf,
  refreshed,
  saveRole,
  storedUser,
} from '../../support/administration';
import type { Answer } from '../../support/api';
import type { TestApp } from '../../support/app';
import { expectProblem } from '../../support/problem';
import { newAddress } from '../../support/registrations';
import { sharedApp } from '../../support/shared-app';
import { aMember, aMemberWho, anAccount, aRole, type Member } from '../../support/staff';

const STAFF = ['roles:read', 'roles:write', 'sessions:write', 'users:write'];
const LACKING = ['sessions:read', 'users:read'];

let app: TestApp;
/** May touch users, roles and sessions, and sees no account: `users:read` and `sessions:read` are what they lack. */
let staff: Member;
let own: string;
let better: string;

beforeAll(async () => {
  app = await sharedApp();
  own = await aRole(app, ...STAFF);
  staff = await aMember(app, own);
  better = await aRole(app, 'users:read', 'sessions:read', 'users:write');
});

const permissionsIn = async (name: string) =>
  (await app.nest.get(RolesService).all()).find((role) => role.name === name)?.permissions;
const expectSignedIn = async (member: Member) =>
  expect((await app.api.get('/v1/auth/principal', member)).status).toBe(200);

describe('a user who holds a permission that the actor lacks', () => {
  let victim: Member;
  let admin: Member;

  beforeAll(async () => {
    [victim, admin] = [await aMember(app, better), await aMember(app, 'admin')];
  });

  it.each<[what: string, act: (victim: Member) => Promise<Answer<object>>]>([
    ['disabled', async ({ id }) => changeUser(app, staff, id, { status: 'disabled' })],
    ['enabled', async ({ id }) => changeUser(app, staff, id, { status: 'active' })],
    ['deprived of roles', async ({ id }) => changeUser(app, staff, id, { roles: [] })],
    ['changed in nothing', async ({ id }) => changeUser(app, staff, id, {})],
    ['deleted', async ({ id }) => deleteUser(app, staff, id)],
    ['signed out', async ({ id }) => endSessionsOf(app, staff, id)],
  ])('cannot be %s, nor can an administrator, who holds all', async (_, act) => {
    const before = [await storedUser(app, victim.id), await storedUser(app, admin.id)];
    expectLacking(await act(victim), ...LACKING);
    const answer = await act(admin);
    expectProblem(answer, 403, 'insufficient-permission');
    expect(answer.headers.get('www-authenticate')).toContain('users:read');
    expect([await storedUser(app, victim.id), await storedUser(app, admin.id)]).toEqual(before);
    for (const each of [victim, admin]) await expectSignedIn(each);
  });

  it('cannot be deleted where no module declares that permission any more, but by an administrator', async () => {
    const { id } = await anAccount(app, await aRole(app, 'archive:read'));
    expectLacking(await deleteUser(app, staff, id), 'archive:read');
    expect((await deleteUser(app, admin, id)).status).toBe(204);
  });

  it('cannot be enabled after they were disabled', async () => {
    const { id } = await anAccount(app, better);
    await changeUser(app, admin, id, { status: 'disabled' });
    expectLacking(await changeUser(app, staff, id, { status: 'active' }), ...LACKING);
    expect(await storedUser(app, id)).toMatchObject({ status: 'disabled' });
  });

  it('cannot be invited, verified or not, nor removed and invited again', async () => {
    expectProblem(await invite(app, staff, { email: admin.email }), 409, 'conflict');
    const { id, email } = victim;
    await app.query('UPDATE users SET email_verified = false WHERE id = $1', [id]);
    expectLacking(await invite(app, staff, { email }), ...LACKING);
    expectLacking(await deleteUser(app, staff, id), ...LACKING);
    expect((await invite(app, staff, { email, roles: [better] })).status).toBe(403);
    for (const each of [victim, admin]) await expectSignedIn(each);
    expect((await app.signIn(victim)).accessToken).toBeDefined();
  });
});

describe('a user who holds no more than the actor', () => {
  it('can be signed out, changed, disabled and deleted', async () => {
    const equal = async () => (await anAccount(app, own)).id;
    expect((await endSessionsOf(app, staff, await equal())).status).toBe(204);
    expect((await changeUser(app, staff, await equal(), { roles: [] })).status).toBe(200);
    expect((await changeUser(app, staff, await equal(), { status: 'disabled' })).status).toBe(200);
    expect((await deleteUser(app, staff, await equal())).status).toBe(204);
  });
});

describe('a role that holds a permission which the actor lacks', () => {
  it.each<[what: string, act: (name: string) => Promise<Answer<object>>]>([
    ['narrowed', async (name) => saveRole(app, staff, name)],
    ['saved as it is', async (name) => saveRole(app, staff, name, 'users:read', 'sessions:read')],
    ['deleted', async (name) => deleteRole(app, staff, name)],
  ])('cannot be %s', async (_, act) => {
    const before = await permissionsIn(better);
    expectLacking(await act(better), ...LACKING);
    expect(await permissionsIn(better)).toEqual(before);
  });

  it.each<[how: string, act: () => Promise<Answer<object>>]>([
    ['given to oneself', async () => changeUser(app, staff, staff.id, { roles: [own, better] })],
    ['given to others', async () => changeUser(app, staff, (await anAccount(app)).id, { roles: [better] })],
    ['made', async () => saveRole(app, staff, 'sesame', ...LACKING)],
    ['given by invitation', async () => invite(app, staff, { email: newAddress(), roles: [better] })],
  ])('cannot be %s', async (_, act) => {
    expectLacking(await act(), ...LACKING);
    expect(await permissionsOf(app, staff)).toEqual(STAFF);
    expect(await permissionsIn('sesame')).toBeUndefined();
  });

  it('cannot be assigned together with a permitted one: no role is assigned', async () => {
    const [name, { id }] = [await aRole(app, 'users:write'), await anAccount(app)];
    expectLacking(await changeUser(app, staff, id, { roles: [name, better] }), ...LACKING);
    expect(await storedUser(app, id)).toMatchObject({ roles: [] });
    expect((await changeUser(app, staff, id, { roles: [name] })).status).toBe(200);
  });

  it('cannot be made by widening a role of the actor, nor by assigning an empty role and widening it', async () => {
    expectLacking(await saveRole(app, staff, own, ...STAFF, 'users:read'), 'users:read');
    const name = `ladder-${own}`;
    const climber = await aMember(app, own);
    expect((await saveRole(app, climber, name)).status).toBe(201);
    expect((await changeUser(app, climber, climber.id, { roles: [own, name] })).status).toBe(200);
    const { token } = await refreshed(app, climber);
    expectLacking(await saveRole(app, { token }, name, 'users:read'), 'users:read');
    expect(await permissionsOf(app, { token })).toEqual(STAFF);
  });
});

describe('a user with every single permission', () => {
  it('is not an administrator: the role is required, because permissions can be added later', async () => {
    const words = app.nest.get(KnownPermissions).all();
    const everything = await aMemberWho(app, ...words.map(([word]) => word));
    const [admin, other] = [await anAccount(app, 'admin'), await anAccount(app)];
    for (const answer of [
      await changeUser(app, everything, admin.id, { status: 'disabled' }),
      await changeUser(app, everything, admin.id, { roles: [] }),
      await deleteUser(app, everything, admin.id),
      await endSessionsOf(app, everything, admin.id),
      await changeUser(app, everything, other.id, { roles: ['admin'] }),
      await invite(app, everything, { email: newAddress(), roles: ['admin'] }),
    ])
      expectLacking(answer, 'admin');
    expect(await storedUser(app, admin.id)).toMatchObject({ roles: ['admin'], status: 'active' });
  });
});
