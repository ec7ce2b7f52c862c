import {
  activeAdmins,
  adminRow,
  changeUser,
  deleteRole,
  deleteUser,
  endSessionsOf,
  permissionsOf,
  saveRole,
  storedUser,
  withoutAdmins,
} from './support/administration';
import type { Answer, TokenBody } from './support/api';
import { startApp, type TestApp } from './support/app';
import { inOrder } from './support/in-order';
import { inParallel } from './support/parallel';
import { expectOver } from './support/sessions';
import { aMember, aRole, type Member } from './support/staff';

let app: TestApp;
let one: Member;
let other: Member;
let member: Member;

jest.setTimeout(30_000);

beforeAll(async () => {
  app = await startApp();
});

beforeEach(async () => {
  await withoutAdmins(app);
  [one, other, member] = [await aMember(app, 'admin'), await aMember(app, 'admin'), await aMember(app)];
});

afterAll(async () => app.close());

type Fall = (by: Member, whom: Member) => Promise<Answer<object>>;

const falls: [string, Fall][] = [
  ['disable', async (by, { id }) => changeUser(app, by, id, { status: 'disabled' })],
  ['demote', async (by, { id }) => changeUser(app, by, id, { roles: [] })],
  ['delete', async (by, { id }) => deleteUser(app, by, id)],
];
const leave = async ({ token, password }: Member) =>
  app.api.post('/v1/users/me/delete', { token, json: { password } });
const succeeded = (answers: readonly Answer<object>[]) => answers.map(({ status }) => status < 300);
/** Those who hold a role that there is not. */
const astray = async () => app.query('SELECT id FROM users WHERE NOT roles <@ ARRAY(SELECT name FROM roles)');

describe('two administrators who', () => {
  it.each(falls)('%s each other when both are let in already: the first does, and stays', async (_, fall) => {
    const works = [async () => fall(one, other), async () => fall(other, one)];
    const answers = await inOrder<Answer<object>>(app, await adminRow(app), works);
    expect(succeeded(answers)).toEqual([true, false]);
    expect([401, 403]).toContain(answers[1]?.status);
    expect(await activeAdmins(app)).toEqual([one.id]);
  });

  it.each(falls)('%s each other at once, over and over: one always stays', async (_, fall) => {
    for (let round = 0; round < 10; round++) {
      await withoutAdmins(app);
      [one, other] = [await aMember(app, 'admin'), await aMember(app, 'admin')];
      const answers = await Promise.all([fall(one, other), fall(other, one)]);
      expect(new Set(succeeded(answers))).toEqual(new Set([false, true]));
      expect(await activeAdmins(app)).toHaveLength(1);
    }
  });

  it('both leave at once: one cannot', async () => {
    for (let round = 0; round < 5; round++) {
      await withoutAdmins(app);
      [one, other] = [await aMember(app, 'admin'), await aMember(app, 'admin')];
      const statuses = (await Promise.all([leave(one), leave(other)])).map(({ status }) => status);
      expect(new Set(statuses)).toEqual(new Set([204, 409]));
      expect(await activeAdmins(app)).toHaveLength(1);
    }
  });

  it.each(falls)('are one who leaves, and one who would %s them: one stays', async (_, fall) => {
    const works: (() => Promise<Answer<object>>)[] = [async () => leave(other), async () => fall(one, other)];
    for (const order of [works, works.toReversed()]) {
      await withoutAdmins(app);
      [one, other] = [await aMember(app, 'admin'), await aMember(app, 'admin')];
      await inOrder(app, await adminRow(app), order);
      expect(await activeAdmins(app)).toEqual([one.id]);
    }
  });
});

describe('an administrator whose requests are under way', () => {
  const ends: [string, Fall][] = [...falls, ['sign out', async (by, { id }) => endSessionsOf(app, by, id)]];
  const disableMember = async (): Promise<Answer<object>> =>
    changeUser(app, other, member.id, { status: 'disabled' });
  const acts = [
    disableMember,
    async () => changeUser(app, other, member.id, { roles: ['admin'] }),
    async () => deleteUser(app, other, member.id),
    async () => saveRole(app, other, 'backdoor', 'users:write'),
    async () => app.api.post('/v1/users', { token: other.token, json: { email: `x-${member.email}` } }),
  ];

  // Both have passed the guards; what is done first is what ends the power of the other.
  it.each(ends)('has no power left for them when others %s them', async (_, end) => {
    for (const act of acts) {
      other = await aMember(app, 'admin');
      const works = [async () => end(one, other), act];
      const [ended, refused] = await inOrder<Answer<object>>(app, await adminRow(app), works);
      expect(ended?.status).toBeLessThan(300);
      expect([401, 403]).toContain(refused?.status);
    }
    expect(await storedUser(app, member.id)).toMatchObject({ status: 'active', roles: [] });
    expect(await app.query(`SELECT name FROM roles WHERE name = 'backdoor'`)).toEqual([]);
    expect(await app.query('SELECT id FROM users WHERE email = $1', [`x-${member.email}`])).toEqual([]);
  });

  it('has no power left for them when they log out themself', async () => {
    const logOutAndWait = async (): Promise<Answer<object>> => {
      await app.api.post('/v1/auth/logout', { token: other.token });
      return endSessionsOf(app, one, member.id);
    };
    const answers = await inOrder(app, await adminRow(app), [disableMember, logOutAndWait]);
    expect(answers.map(({ status }) => status)).toEqual([401, 204]);
    expect(await storedUser(app, member.id)).toMatchObject({ status: 'active' });
  });
});

describe('of one role', () => {
  it('many who save it at once make it once, and memory has what is stored', async () => {
    const [name, holder] = ['contested', await aMember(app, 'contested')];
    const words = ['users:read', 'users:write', 'roles:read', 'roles:write', 'sessions:read'];
    for (let round = 0; round < 5; round++) {
      const answers = await inParallel(10, async (at) =>
        saveRole(app, one, name, words[at % words.length] ?? ''),
      );
      const made = answers.filter(({ status }) => status === 201);
      expect(made).toHaveLength(round === 0 ? 1 : 0);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(10 - made.length);
      const text = 'SELECT permissions FROM roles WHERE name = $1';
      const stored = await app.query<{ permissions: string[] }>(text, [name]);
      expect(stored).toEqual([{ permissions: [expect.any(String)] }]);
      expect(await permissionsOf(app, holder)).toEqual(stored[0]?.permissions);
    }
  });

  it.each(['before', 'after'])('nobody holds what is gone: given %s it is deleted', async (when) => {
    const role = await aRole(app, 'users:read');
    const give = async (): Promise<Answer<object>> => changeUser(app, one, member.id, { roles: [role] });
    const remove = async (): Promise<Answer<object>> => deleteRole(app, other, role);
    const works = when === 'before' ? [give, remove] : [remove, give];
    const statuses = (await inOrder(app, await adminRow(app), works)).map(({ status }) => status);
    expect(statuses).toEqual(when === 'before' ? [200, 204] : [204, 422]);
    expect(await storedUser(app, member.id)).toMatchObject({ roles: [] });
    expect(await astray()).toEqual([]);
  });

  it('nobody holds what is gone, over and over at once', async () => {
    for (let round = 0; round < 10; round++) {
      const role = await aRole(app, 'users:read');
      await Promise.all([
        changeUser(app, one, member.id, { roles: [role] }),
        deleteRole(app, other, role),
        changeUser(app, other, (await aMember(app)).id, { roles: [role] }),
      ]);
      expect(await astray()).toEqual([]);
    }
  });
});

describe('a user who is disabled', () => {
  const disable = async () => changeUser(app, one, member.id, { status: 'disabled' });
  const logIn = async () => {
    const { email, password } = member;
    return app.api.post<TokenBody>('/v1/auth/login', { json: { email, password } });
  };
  const live = async () =>
    app.query('SELECT id FROM sessions WHERE user_id = $1 AND revoked_at IS NULL', [member.id]);

  it('while they sign in and refresh, in every order, has no session afterwards', async () => {
    for (let round = 0; round < 10; round++) {
      member = await aMember(app);
      const { refreshToken } = member;
      const [tokens] = await Promise.all([
        inParallel(3, logIn),
        disable(),
        app.api.post('/v1/auth/refresh', { json: { refreshToken } }),
      ]);
      expect(await live()).toEqual([]);
      for (const { status, body } of tokens) if (status === 200) await expectOver(app, body);
    }
  });
});
