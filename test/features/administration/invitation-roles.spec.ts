import {
  accept,
  adminRow,
  changeUser,
  deleteRole,
  deleteUser,
  expectLacking,
  invite,
  invited,
  permissionsOf,
  saveRole,
} from '../../support/administration';
import type { Answer } from '../../support/api';
import { PASSWORD, type TestApp } from '../../support/app';
import { inOrder } from '../../support/in-order';
import { expectProblem, violations } from '../../support/problem';
import { newAddress } from '../../support/registrations';
import { sharedApp } from '../../support/shared-app';
import { aMember, aMemberWho, aRole, type Member } from '../../support/staff';

let app: TestApp;
let admin: Member;
let inviter: Member;
let role: string;
let email: string;

beforeAll(async () => {
  app = await sharedApp({ smtp: true });
  admin = await aMember(app, 'admin');
});

beforeEach(async () => {
  [role, email] = [await aRole(app, 'users:read'), newAddress()];
  inviter = await aMemberWho(app, 'users:read', 'users:write');
});

const storedRoles = async () =>
  (await app.query<{ roles: string[] }>('SELECT roles FROM users WHERE email = $1', [email]))[0]?.roles;

/** The permissions of the user who accepted it. */
async function permittedTo(): Promise<unknown> {
  const { accessToken: token } = await app.signIn({ email, password: PASSWORD });
  return permissionsOf(app, { token });
}

async function expectNoRoleBy(token: string): Promise<void> {
  expect((await accept(app, token)).status).toBe(204);
  expect(await storedRoles()).toEqual([]);
  expect(await permittedTo()).toEqual([]);
}

describe('the roles of an invitation', () => {
  it('are assigned when it is accepted, and not before', async () => {
    const token = await invited(app, inviter, email, role);
    expect(await storedRoles()).toEqual([]);
    expect((await accept(app, token)).status).toBe(204);
    expect(await storedRoles()).toEqual([role]);
    expect(await permittedTo()).toEqual(['users:read']);
  });

  it('are those of the last invitation: the roles of an earlier one are not added', async () => {
    await invited(app, admin, email, 'admin');
    const token = await invited(app, admin, email, role);
    await accept(app, token);
    expect(await storedRoles()).toEqual([role]);
  });

  it('cannot be withdrawn by a user who could not have assigned them', async () => {
    const token = await invited(app, admin, email, 'admin');
    expect((await invite(app, inviter, { email, roles: [role] })).status).toBe(403);
    await accept(app, token);
    expect(await storedRoles()).toEqual(['admin']);
  });

  it('are roles that exist and that the inviter holds; otherwise the invitation is refused', async () => {
    const better = await aRole(app, 'users:read', 'roles:read');
    expectLacking(await invite(app, inviter, { email, roles: [role, better] }), 'roles:read');
    const unknown = await invite(app, inviter, { email, roles: [role, 'no-such-role'] });
    expectProblem(unknown, 422, 'validation-failed');
    expect(violations(unknown)).toEqual({ '/roles/1': 'unknown-role' });
    expect(await app.query('SELECT id FROM users WHERE email = $1', [email])).toEqual([]);
  });

  it('may be admin where an administrator invites', async () => {
    await accept(app, await invited(app, admin, email, 'admin'));
    expect(await storedRoles()).toEqual(['admin']);
    expect(await permittedTo()).toContain('roles:write');
  });
});

describe('an invitation that is accepted later creates an account without a role where the inviter', () => {
  it.each<[string, () => Promise<Answer<object>>]>([
    ['was demoted', async () => changeUser(app, admin, inviter.id, { roles: [] })],
    ['was disabled', async () => changeUser(app, admin, inviter.id, { status: 'disabled' })],
    ['was deleted', async () => deleteUser(app, admin, inviter.id)],
    [
      'left',
      async () => {
        const { token, password } = inviter;
        return app.api.post('/v1/users/me/delete', { token, json: { password } });
      },
    ],
  ])('%s', async (_, end) => {
    const token = await invited(app, inviter, email, role);
    expect((await end()).status).toBeLessThan(300);
    await expectNoRoleBy(token);
  });

  it('invited an administrator, and is none any more', async () => {
    const former = await aMember(app, 'admin');
    const token = await invited(app, former, email, 'admin');
    await changeUser(app, admin, former.id, { roles: [role] });
    await expectNoRoleBy(token);
  });

  it('no longer holds all of a role that was widened meanwhile', async () => {
    const token = await invited(app, inviter, email, role);
    expect((await saveRole(app, admin, role, 'users:read', 'roles:write')).status).toBe(200);
    await expectNoRoleBy(token);
  });

  it.each(['before', 'after'])('is demoted at that moment: accepted %s it', async (when) => {
    const token = await invited(app, inviter, email, role);
    const take = async (): Promise<Answer<object>> => accept(app, token);
    const demote = async (): Promise<Answer<object>> => changeUser(app, admin, inviter.id, { roles: [] });
    const works = when === 'before' ? [take, demote] : [demote, take];
    const statuses = (await inOrder(app, await adminRow(app), works)).map(({ status }) => status);
    expect(statuses).toEqual(when === 'before' ? [204, 200] : [200, 204]);
    expect(await storedRoles()).toEqual(when === 'before' ? [role] : []);
  });
});

describe('a role that is gone when it is accepted', () => {
  it('is not assigned; the others are', async () => {
    const gone = await aRole(app, 'users:read');
    const token = await invited(app, inviter, email, gone, role);
    expect((await deleteRole(app, admin, gone)).status).toBe(204);
    expect((await accept(app, token)).status).toBe(204);
    expect(await storedRoles()).toEqual([role]);
  });

  it.each(['before', 'after'])(
    'is not given where it is deleted at that moment: accepted %s it',
    async (when) => {
      const token = await invited(app, inviter, email, role);
      const take = async (): Promise<Answer<object>> => accept(app, token);
      const remove = async (): Promise<Answer<object>> => deleteRole(app, admin, role);
      const works = when === 'before' ? [take, remove] : [remove, take];
      const answers = await inOrder(app, await adminRow(app), works);
      expect(answers.map(({ status }) => status)).toEqual([204, 204]);
      expect(await storedRoles()).toEqual([]);
    },
  );
});
