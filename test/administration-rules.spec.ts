import { KnownPermissions } from '../src/access';
import { RolesService } from '../src/roles';
import {
  type Caller,
  changeUser,
  deleteRole,
  deleteUser,
  endSessionsOf,
  expectLacking,
  invite,
  permissionsOf,
  saveRole,
  storedUser,
} from './support/administration';
import type { Answer } from './support/api';
import { startApp, type TestApp } from './support/app';
import { expectProblem } from './support/problem';
import { newAddress } from './support/registrations';
import { aMember, aMemberWho, aRole, type Member } from './support/staff';

const STAFF = ['roles:read', 'roles:write', 'sessions:write', 'users:write'];

let app: TestApp;
/** May touch users, roles and sessions, and sees no account: `users:read` and `sessions:read` are what they lack. */
let staff: Member;
let better: string;

beforeAll(async () => {
  app = await startApp({ smtp: true });
});

beforeEach(async () => {
  staff = await aMemberWho(app, ...STAFF);
  better = await aRole(app, 'users:read', 'sessions:read', 'users:write');
});

afterAll(async () => app.close());

const roleOf = async (name: string) =>
  (await app.nest.get(RolesService).all()).find((role) => role.name === name)?.permissions;

describe('nobody touches whoever holds what they lack', () => {
  const ways: [string, (victim: Member) => Promise<Answer<object>>][] = [
    ['disables them', async ({ id }) => changeUser(app, staff, id, { status: 'disabled' })],
    ['enables them', async ({ id }) => changeUser(app, staff, id, { status: 'active' })],
    ['takes their roles', async ({ id }) => changeUser(app, staff, id, { roles: [] })],
    ['changes nothing', async ({ id }) => changeUser(app, staff, id, {})],
    ['deletes them', async ({ id }) => deleteUser(app, staff, id)],
    ['signs them out', async ({ id }) => endSessionsOf(app, staff, id)],
  ];

  it.each(ways)('who %s is refused, and told what it takes', async (_, act) => {
    const victim = await aMember(app, better);
    const before = await storedUser(app, victim.id);
    expectLacking(await act(victim), 'sessions:read', 'users:read');
    expect(await storedUser(app, victim.id)).toEqual(before);
    expect((await app.api.get('/v1/auth/principal', victim)).status).toBe(200);
  });

  it.each(ways)('nor an administrator, who holds everything: who %s is refused', async (_, act) => {
    const victim = await aMember(app, 'admin');
    const answer = await act(victim);
    expectProblem(answer, 403, 'insufficient-permission');
    expect(answer.headers.get('www-authenticate')).toContain('users:read');
    expect((await app.api.get('/v1/auth/principal', victim)).status).toBe(200);
    expect(await storedUser(app, victim.id)).toMatchObject({ roles: ['admin'], status: 'active' });
  });

  it('but whoever holds no more than they do, they may', async () => {
    const equal = async () => aMemberWho(app, ...STAFF);
    expect((await endSessionsOf(app, staff, (await equal()).id)).status).toBe(204);
    expect((await changeUser(app, staff, (await equal()).id, { roles: [] })).status).toBe(200);
    expect((await changeUser(app, staff, (await equal()).id, { status: 'disabled' })).status).toBe(200);
    expect((await deleteUser(app, staff, (await equal()).id)).status).toBe(204);
  });

  it('counts a word that no module declares any more: nobody but an administrator holds that', async () => {
    const victim = await aMemberWho(app, 'archive:read');
    expectLacking(await deleteUser(app, staff, victim.id), 'archive:read');
    expect((await deleteUser(app, await aMember(app, 'admin'), victim.id)).status).toBe(204);
  });
});

describe('nobody touches a role that holds what they lack', () => {
  it.each<[string, (name: string) => Promise<Answer<object>>]>([
    ['narrows', async (name) => saveRole(app, staff, name)],
    ['leaves as it is', async (name) => saveRole(app, staff, name, 'users:read', 'sessions:read')],
    ['deletes', async (name) => deleteRole(app, staff, name)],
  ])('who %s it is refused', async (_, act) => {
    const before = await roleOf(better);
    expectLacking(await act(better), 'sessions:read', 'users:read');
    expect(await roleOf(better)).toEqual(before);
  });
});

describe('nobody comes to hold more than they do', () => {
  const lacking = ['sessions:read', 'users:read'];
  const expectNothingGained = async () => expect(await permissionsOf(app, staff)).toEqual(STAFF);

  it.each<[string, () => Promise<Answer<object>>]>([
    [
      'giving it to themself',
      async () => {
        const { roles } = (await storedUser(app, staff.id)) as { roles: string[] };
        return changeUser(app, staff, staff.id, { roles: [...roles, better] });
      },
    ],
    [
      'giving it to somebody else',
      async () => changeUser(app, staff, (await aMember(app)).id, { roles: [better] }),
    ],
    ['making a role of it', async () => saveRole(app, staff, 'sesame', ...lacking)],
    ['inviting somebody with it', async () => invite(app, staff, { email: newAddress(), roles: [better] })],
  ])('by %s', async (_, act) => {
    expectLacking(await act(), ...lacking);
    await expectNothingGained();
    expect(await roleOf('sesame')).toBeUndefined();
  });

  it('by widening a role they have, or one that they made empty and took first', async () => {
    const { roles } = (await storedUser(app, staff.id)) as { roles: string[] };
    const [own = ''] = roles;
    expectLacking(await saveRole(app, staff, own, ...STAFF, 'users:read'), 'users:read');
    const name = `ladder-${own}`;
    expect((await saveRole(app, staff, name)).status).toBe(201);
    expect((await changeUser(app, staff, staff.id, { roles: [own, name] })).status).toBe(200);
    const { accessToken: token } = await app.signIn(staff);
    expectLacking(await saveRole(app, { token }, name, 'users:read'), 'users:read');
    expect(await permissionsOf(app, { token })).toEqual(STAFF);
  });

  it('by being told twice: what is refused stays refused, and what they may do they may', async () => {
    const name = await aRole(app, 'users:write');
    const target = await aMember(app);
    expectLacking(await changeUser(app, staff, target.id, { roles: [name, better] }), ...lacking);
    expect(await storedUser(app, target.id)).toMatchObject({ roles: [] });
    expect((await changeUser(app, staff, target.id, { roles: [name] })).status).toBe(200);
  });
});

describe('nobody comes into the account of whoever holds more', () => {
  it('by inviting its address', async () => {
    const victim = await aMember(app, 'admin');
    expectProblem(await invite(app, staff, { email: victim.email }), 409, 'conflict');
    expect((await app.api.get('/v1/auth/principal', victim)).status).toBe(200);
  });

  it('by inviting its address while that is not verified', async () => {
    const victim = await aMember(app, better);
    await app.query('UPDATE users SET email_verified = false WHERE id = $1', [victim.id]);
    const answer = await invite(app, staff, { email: victim.email });
    expectLacking(answer, 'sessions:read', 'users:read');
    expect((await app.api.get('/v1/auth/principal', victim)).status).toBe(200);
    expect((await app.signIn(victim)).accessToken).toBeDefined();
  });

  it('by removing it and inviting the address again', async () => {
    const victim = await aMember(app, better);
    expectLacking(await deleteUser(app, staff, victim.id), 'sessions:read', 'users:read');
    expect((await invite(app, staff, { email: victim.email, roles: [better] })).status).toBe(403);
  });

  it('by enabling one that was disabled for good reason', async () => {
    const victim = await aMember(app, better);
    await changeUser(app, await aMember(app, 'admin'), victim.id, { status: 'disabled' });
    expectLacking(
      await changeUser(app, staff, victim.id, { status: 'active' }),
      'sessions:read',
      'users:read',
    );
    expect(await storedUser(app, victim.id)).toMatchObject({ status: 'disabled' });
  });
});

describe('somebody with every single permission', () => {
  let everything: Caller;

  beforeEach(async () => {
    const words = app.nest.get(KnownPermissions).all();
    everything = await aMemberWho(app, ...words.map(([word]) => word));
  });

  it('is no administrator: that takes the role, as tomorrow there may be more', async () => {
    const [admin, other] = [await aMember(app, 'admin'), await aMember(app)];
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
