import {
  activeAdmins,
  adminRow,
  changeUser,
  deleteRole,
  deleteUser,
  endSessionsOf,
  leave,
  permissionsOf,
  saveRole,
  storedUser,
  TAKE_POWER,
  withoutAdmins,
} from '../../support/administration';
import type { Answer, TokenBody } from '../../support/api';
import type { TestApp } from '../../support/app';
import { inOrder } from '../../support/in-order';
import { inParallel } from '../../support/parallel';
import { expectOver } from '../../support/sessions';
import { sharedApp } from '../../support/shared-app';
import { aMember, anAccount, aRole, type Account, type Member } from '../../support/staff';

type Work = () => Promise<Answer<object>>;

let app: TestApp;
let one: Member;
let other: Member;

beforeAll(async () => {
  app = await sharedApp();
});

beforeEach(async () => {
  await withoutAdmins(app);
  [one, other] = [await aMember(app, 'admin'), await aMember(app, 'admin')];
});

/** Both have passed the guards when the first of them is done. */
const afterTheGuards = async (...works: Work[]) => inOrder(app, await adminRow(app), works);
const succeeded = (answers: readonly Answer<object>[]) => answers.map(({ status }) => status < 300);

describe('two administrators who', () => {
  it.each(TAKE_POWER)('%s each other: the first does, and stays', async (_, take) => {
    const answers = await afterTheGuards(
      async () => take(app, one, other),
      async () => take(app, other, one),
    );
    expect(succeeded(answers)).toEqual([true, false]);
    expect([401, 403]).toContain(answers[1]?.status);
    expect(await activeAdmins(app)).toEqual([one.id]);
  });

  it('disable each other at once: one stays', async () => {
    const status = { status: 'disabled' };
    const answers = await Promise.all([
      changeUser(app, one, other.id, status),
      changeUser(app, other, one.id, status),
    ]);
    expect(new Set(succeeded(answers))).toEqual(new Set([false, true]));
    expect(await activeAdmins(app)).toHaveLength(1);
  });

  it('both delete their accounts at once: one cannot', async () => {
    const answers = await Promise.all([leave(app, one), leave(app, other)]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204, 409]));
    expect(await activeAdmins(app)).toHaveLength(1);
  });

  it.each(['before', 'after'])(
    'are one who leaves %s the other one would disable them: one stays',
    async (when) => {
      const works: Work[] = [
        async () => leave(app, other),
        async () => changeUser(app, one, other.id, { status: 'disabled' }),
      ];
      await afterTheGuards(...(when === 'before' ? works : works.toReversed()));
      expect(await activeAdmins(app)).toEqual([one.id]);
    },
  );
});

describe('an administrator whose request is under way', () => {
  let account: Account;

  beforeEach(async () => {
    account = await anAccount(app);
  });

  const disable: Work = async () => changeUser(app, other, account.id, { status: 'disabled' });
  const demote: Work = async () => changeUser(app, one, other.id, { roles: [] });

  it.each<[end: string, act: string, end: Work, act: Work]>([
    [
      'disabled',
      'disable a user',
      async () => changeUser(app, one, other.id, { status: 'disabled' }),
      disable,
    ],
    ['deleted', 'disable a user', async () => deleteUser(app, one, other.id), disable],
    ['signed out', 'disable a user', async () => endSessionsOf(app, one, other.id), disable],
    ['demoted', 'disable a user', demote, disable],
    [
      'demoted',
      'make a user an administrator',
      demote,
      async () => changeUser(app, other, account.id, { roles: ['admin'] }),
    ],
    ['demoted', 'delete a user', demote, async () => deleteUser(app, other, account.id)],
    ['demoted', 'make a role', demote, async () => saveRole(app, other, 'backdoor', 'users:write')],
    [
      'demoted',
      'invite a user',
      demote,
      async () => app.api.post('/v1/users', { token: other.token, json: { email: `x-${account.email}` } }),
    ],
  ])('and who is %s meanwhile cannot %s any more', async (_end, _act, end, act) => {
    const [ended, refused] = await afterTheGuards(end, act);
    expect(ended?.status).toBeLessThan(300);
    expect([401, 403]).toContain(refused?.status);
    expect(await storedUser(app, account.id)).toMatchObject({ status: 'active', roles: [] });
    expect(await app.query(`SELECT name FROM roles WHERE name = 'backdoor'`)).toEqual([]);
    expect(await app.query('SELECT id FROM users WHERE email = $1', [`x-${account.email}`])).toEqual([]);
  });

  it('and who signs out meanwhile cannot complete it', async () => {
    const signOut: Work = async () => {
      await app.api.post('/v1/auth/logout', { token: other.token });
      // Waits behind the request that is under way.
      return endSessionsOf(app, one, account.id);
    };
    const answers = await afterTheGuards(disable, signOut);
    expect(answers.map(({ status }) => status)).toEqual([401, 204]);
    expect(await storedUser(app, account.id)).toMatchObject({ status: 'active' });
  });
});

describe('one role', () => {
  const holders = async (role: string) => app.query('SELECT id FROM users WHERE $1 = ANY (roles)', [role]);

  it('saved by several requests at once is created once, and the cache equals the stored role', async () => {
    const name = `contested-${one.id}`;
    const holder = await aMember(app, name);
    const words = ['users:read', 'users:write', 'roles:read', 'roles:write', 'sessions:read'];
    const answers = await inParallel(words.length, async (at) => saveRole(app, one, name, words[at] ?? ''));
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([200, 200, 200, 200, 201]);
    const text = 'SELECT permissions FROM roles WHERE name = $1';
    const stored = await app.query<{ permissions: string[] }>(text, [name]);
    expect(stored).toEqual([{ permissions: [expect.any(String)] }]);
    expect(await permissionsOf(app, holder)).toEqual(stored[0]?.permissions);
  });

  it.each(['before', 'after'])('assigned %s it is deleted is held by no user', async (when) => {
    const [role, { id }] = [await aRole(app, 'users:read'), await anAccount(app)];
    const works: Work[] = [
      async () => changeUser(app, one, id, { roles: [role] }),
      async () => deleteRole(app, other, role),
    ];
    const answers = await afterTheGuards(...(when === 'before' ? works : works.toReversed()));
    expect(answers.map(({ status }) => status)).toEqual(when === 'before' ? [200, 204] : [204, 422]);
    expect(await holders(role)).toEqual([]);
  });

  it('assigned and deleted at once is held by no user', async () => {
    const [role, { id }] = [await aRole(app, 'users:read'), await anAccount(app)];
    await Promise.all([changeUser(app, one, id, { roles: [role] }), deleteRole(app, other, role)]);
    expect(await holders(role)).toEqual([]);
  });
});

describe('a user who is disabled', () => {
  it('while they sign in and refresh has no session afterwards', async () => {
    const { id, refreshToken, email, password } = await aMember(app);
    const [signIns] = await Promise.all([
      inParallel(2, async () => app.api.post<TokenBody>('/v1/auth/login', { json: { email, password } })),
      changeUser(app, one, id, { status: 'disabled' }),
      app.api.post('/v1/auth/refresh', { json: { refreshToken } }),
    ]);
    const text = 'SELECT id FROM sessions WHERE user_id = $1 AND revoked_at IS NULL';
    expect(await app.query(text, [id])).toEqual([]);
    for (const { status, body } of signIns) if (status === 200) await expectOver(app, body);
  });
});
