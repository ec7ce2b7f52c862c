import {
  changeUser,
  deleteUser,
  expectLacking,
  getUser,
  permissionsOf,
  refreshed,
  storedUser,
} from '../../support/administration';
import type { TestApp } from '../../support/app';
import { rowsOf } from '../../support/database-dump';
import { reset, resetLink } from '../../support/password-reset';
import { expectProblem, violations } from '../../support/problem';
import { expectOpen, expectOver, openSession } from '../../support/sessions';
import { sharedApp } from '../../support/shared-app';
import { type Account, aMember, aMemberWho, anAccount, aRole, type Member } from '../../support/staff';

let app: TestApp;
let admin: Member;

beforeAll(async () => {
  app = await sharedApp({ smtp: true });
  admin = await aMember(app, 'admin');
});

const tokensOf = ({ token, refreshToken }: Member) => ({
  accessToken: token,
  refreshToken,
  tokenType: 'Bearer',
  expiresIn: 0,
  refreshExpiresIn: 0,
});
const logIn = async ({ email, password }: Pick<Member, 'email' | 'password'>) =>
  app.api.post('/v1/auth/login', { json: { email, password } });

describe('changing a user', () => {
  let user: Account;

  beforeAll(async () => {
    user = await anAccount(app);
  });

  it('changes the given properties only, and responds with the new state', async () => {
    const role = await aRole(app, 'users:read');
    const given = await changeUser(app, admin, user.id, { roles: [role] });
    expect(given.body).toMatchObject({ id: user.id, roles: [role], status: 'active' });
    const disabled = await changeUser(app, admin, user.id, { status: 'disabled' });
    expect(disabled.body).toMatchObject({ roles: [role], status: 'disabled' });
    const both = await changeUser(app, admin, user.id, { roles: [], status: 'active' });
    expect(both.body).toMatchObject({ roles: [], status: 'active' });
    expect((await changeUser(app, admin, user.id, {})).body).toEqual(both.body);
    expect((await getUser(app, admin, user.id)).body).toEqual(both.body);
  });

  it('is all or nothing', async () => {
    const role = await aRole(app);
    const answer = await changeUser(app, admin, admin.id, { roles: ['admin', role], status: 'disabled' });
    expectProblem(answer, 409, 'conflict');
    expect(await storedUser(app, admin.id)).toMatchObject({ roles: ['admin'], status: 'active' });
  });

  it.each([
    [{ status: null }, ['/status']],
    [{ status: 'deleted' }, ['/status']],
    [{ status: ['disabled'] }, ['/status']],
    [{ roles: null }, ['/roles']],
    [{ roles: 'admin' }, ['/roles']],
    [{ roles: { 0: 'admin' } }, ['/roles']],
    [{ roles: ['Admin'] }, ['/roles']],
    [{ roles: [1] }, ['/roles']],
    [{ roles: [null] }, ['/roles']],
    [{ roles: [['admin']] }, ['/roles']],
    [{ roles: ['admin', 'admin'] }, ['/roles']],
    [{ roles: Array.from({ length: 51 }, (_, at) => `role-a${at}`) }, ['/roles']],
    [{ roles: ['admin', 'no-such-role', 'nor-this'] }, ['/roles/1', '/roles/2']],
    [{ email: 'other@example.com' }, ['/email']],
    [{ emailVerified: true }, ['/emailVerified']],
    [{ password: 'another seven calm lanterns' }, ['/password']],
    [{ displayName: 'x' }, ['/displayName']],
    [{ permissions: ['users:read'] }, ['/permissions']],
    [{ accessVersion: 9 }, ['/accessVersion']],
  ])('by %j is refused: 422', async (json, pointers) => {
    const before = await storedUser(app, user.id);
    const answer = await changeUser(app, admin, user.id, json);
    expectProblem(answer, 422, 'validation-failed');
    expect(Object.keys(violations(answer))).toEqual(pointers);
    expect(await storedUser(app, user.id)).toEqual(before);
  });

  it('assigns no role to an unverified account; its roles can be removed', async () => {
    const role = await aRole(app);
    await app.query('UPDATE users SET email_verified = false WHERE id = $1', [user.id]);
    expectProblem(await changeUser(app, admin, user.id, { roles: [role] }), 409, 'conflict');
    expect(await storedUser(app, user.id)).toMatchObject({ roles: [] });
    await app.query('UPDATE users SET roles = $2 WHERE id = $1', [user.id, [role]]);
    expect((await changeUser(app, admin, user.id, { roles: [] })).body.roles).toEqual([]);
  });
});

describe('disabling a user', () => {
  let member: Member;

  beforeEach(async () => {
    member = await aMember(app);
  });

  const disable = async () => changeUser(app, admin, member.id, { status: 'disabled' });

  it('ends every session at once', async () => {
    const other = await openSession(app, member);
    expect((await disable()).status).toBe(200);
    for (const token of [member.token, other.accessToken])
      expectProblem(await app.api.get('/v1/auth/principal', { token }), 401, 'invalid-token');
    await expectOver(app, tokensOf(member), other);
  });

  it('refuses the correct password like a wrong one', async () => {
    await disable();
    const [right, wrong] = [await logIn(member), await logIn({ ...member, password: `${member.password}!` })];
    for (const answer of [right, wrong]) expectProblem(answer, 401, 'invalid-credentials');
    const { instance: _, ...told } = right.body;
    expect(wrong.body).toMatchObject(told);
  });

  it('invalidates the reset links that were sent before', async () => {
    const token = await resetLink(app, member.email);
    await disable();
    expectProblem(await reset(app, token, 'nine calm badgers on a ferry'), 422, 'invalid-or-expired-token');
    expect((await logIn(member)).status).toBe(401);
  });

  it('can be reverted: the user can sign in again, and no earlier session is valid', async () => {
    await disable();
    expect((await changeUser(app, admin, member.id, { status: 'active' })).body.status).toBe('active');
    await expectOver(app, tokensOf(member));
    await expectOpen(app, await app.signIn(member));
  });

  it('can be repeated, and enabling a user who is not disabled revokes no session', async () => {
    await changeUser(app, admin, member.id, { status: 'active' });
    expect((await app.api.get('/v1/users/me', member)).status).toBe(200);
    expect([(await disable()).status, (await disable()).status]).toEqual([200, 200]);
  });

  it('takes effect on the next request of an administrator', async () => {
    const other = await aMember(app, 'admin');
    await changeUser(app, admin, other.id, { status: 'disabled' });
    expectProblem(await changeUser(app, other, member.id, { roles: [] }), 401, 'invalid-token');
  });
});

describe('deleting a user', () => {
  it('leaves no account, no valid token and no data', async () => {
    const member = await aMember(app);
    await app.mailsSent();
    const { status, text } = await deleteUser(app, admin, member.id);
    expect([status, text]).toEqual([204, '']);
    await expectOver(app, tokensOf(member));
    expect((await logIn(member)).status).toBe(401);
    for (const answer of [await getUser(app, admin, member.id), await deleteUser(app, admin, member.id)])
      expectProblem(answer, 404, 'not-found');
    await app.mailsSent();
    expect(await rowsOf(app)).not.toContain(member.email);
  });

  it('releases the address: a new account with it has another id and no role', async () => {
    const former = await aMemberWho(app, 'users:read');
    await deleteUser(app, admin, former.id);
    const { email, password } = former;
    await app.api.post('/v1/auth/register', { json: { email, password } });
    const { accessToken: token } = await app.signIn({ email, password });
    const { body } = await app.api.get('/v1/users/me', { token });
    expect(body).toMatchObject({ email, emailVerified: false, roles: [] });
    expect(body['id']).not.toBe(former.id);
    expectLacking(await app.api.get('/v1/users', { token }), 'users:read');
  });

  it('requires users:write; a user with users:read only is refused and can still read', async () => {
    const [reader, member] = [await aMemberWho(app, 'users:read'), await anAccount(app)];
    expectLacking(await deleteUser(app, reader, member.id), 'users:write');
    expect((await getUser(app, reader, member.id)).status).toBe(200);
    expect(await permissionsOf(app, await refreshed(app, reader))).toEqual(['users:read']);
  });
});
