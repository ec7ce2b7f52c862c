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
} from '../support/administration';
import type { Answer, TokenBody } from '../support/api';
import { startApp, type TestApp } from '../support/app';
import { inOrder } from '../support/in-order';
import { inParallel } from '../support/parallel';
import { expectOver } from '../support/sessions';
import { aMember, aMemberWho, aRole, type Member } from '../support/staff';

let app: TestApp;
let one: Member;
let other: Member;
let member: Member;

beforeAll(async () => {
  app = await startApp();
});

beforeEach(async () => {
  await twoAdmins();
  member = await aMember(app);
});

afterAll(async () => app.close());

async function twoAdmins(): Promise<void> {
  await withoutAdmins(app);
  [one, other] = [await aMember(app, 'admin'), await aMember(app, 'admin')];
}

const succeeded = (answers: readonly Answer<object>[]) => answers.map(({ status }) => status < 300);

describe('two administrators who', () => {
  it.each(TAKE_POWER)('%s each other at once, over and over: one always stays', async (_, take) => {
    for (let round = 0; round < 10; round++) {
      await twoAdmins();
      const answers = await Promise.all([take(app, one, other), take(app, other, one)]);
      expect(new Set(succeeded(answers))).toEqual(new Set([false, true]));
      expect(await activeAdmins(app)).toHaveLength(1);
    }
  });

  it('both delete their accounts at once, over and over: one cannot', async () => {
    for (let round = 0; round < 5; round++) {
      await twoAdmins();
      const answers = await Promise.all([leave(app, one), leave(app, other)]);
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204, 409]));
      expect(await activeAdmins(app)).toHaveLength(1);
    }
  });

  it.each(TAKE_POWER)('are one who leaves and one who would %s them: one stays', async (_, take) => {
    const works: (() => Promise<Answer<object>>)[] = [
      async () => leave(app, other),
      async () => take(app, one, other),
    ];
    for (const order of [works, works.toReversed()]) {
      await twoAdmins();
      await inOrder(app, await adminRow(app), order);
      expect(await activeAdmins(app)).toEqual([one.id]);
    }
  });
});

describe('an administrator whose requests are under way', () => {
  const acts = [
    async (): Promise<Answer<object>> => changeUser(app, other, member.id, { status: 'disabled' }),
    async () => changeUser(app, other, member.id, { roles: ['admin'] }),
    async () => deleteUser(app, other, member.id),
    async () => saveRole(app, other, 'backdoor', 'users:write'),
    async () => app.api.post('/v1/users', { token: other.token, json: { email: `x-${member.email}` } }),
  ];

  // Both have passed the guards; what is done first ends the power of the other.
  it.each([
    ...TAKE_POWER,
    ['sign out', async (_, by, { id }) => endSessionsOf(app, by, id)] satisfies (typeof TAKE_POWER)[number],
  ])('has no power left for any of them when others %s them', async (_, end) => {
    for (const act of acts) {
      other = await aMember(app, 'admin');
      const works = [async () => end(app, one, other), act];
      const [ended, refused] = await inOrder<Answer<object>>(app, await adminRow(app), works);
      expect(ended?.status).toBeLessThan(300);
      expect([401, 403]).toContain(refused?.status);
    }
    expect(await storedUser(app, member.id)).toMatchObject({ status: 'active', roles: [] });
    expect(await app.query(`SELECT name FROM roles WHERE name = 'backdoor'`)).toEqual([]);
    expect(await app.query('SELECT id FROM users WHERE email = $1', [`x-${member.email}`])).toEqual([]);
  });
});

describe('one role', () => {
  it('saved by ten requests at once, over and over, is made once, and memory has what is stored', async () => {
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

  it('given twice and deleted at once, over and over, is never held after it is gone', async () => {
    for (let round = 0; round < 10; round++) {
      const role = await aRole(app, 'users:read');
      const { id } = await aMember(app);
      await Promise.all([
        changeUser(app, one, member.id, { roles: [role] }),
        deleteRole(app, other, role),
        changeUser(app, other, id, { roles: [role] }),
      ]);
      const text = 'SELECT id FROM users WHERE NOT roles <@ ARRAY(SELECT name FROM roles)';
      expect(await app.query(text)).toEqual([]);
    }
  });
});

describe('a user who is disabled', () => {
  it('while they sign in and refresh, over and over, has no session afterwards', async () => {
    for (let round = 0; round < 10; round++) {
      const { id, refreshToken, ...person } = await aMember(app);
      const { email, password } = person;
      const [tokens] = await Promise.all([
        inParallel(3, async () => app.api.post<TokenBody>('/v1/auth/login', { json: { email, password } })),
        changeUser(app, one, id, { status: 'disabled' }),
        app.api.post('/v1/auth/refresh', { json: { refreshToken } }),
      ]);
      const text = 'SELECT id FROM sessions WHERE user_id = $1 AND revoked_at IS NULL';
      expect(await app.query(text, [id])).toEqual([]);
      for (const { status, body } of tokens) if (status === 200) await expectOver(app, body);
    }
  });
});

describe('two hundred administrative changes at once', () => {
  it('keep no other request waiting', async () => {
    const bystander = await aMember(app);
    const { token } = await aMemberWho(app, 'users:write');
    const flood = inParallel(200, async () => {
      const { status } = await app.api.patch(`/v1/users/${member.id}`, { token, json: {} });
      return status;
    });
    const statuses = await inParallel(20, async () => {
      const { status } = await app.api.get('/v1/users/me', { token: bystander.token });
      return status;
    });
    expect(new Set(statuses)).toEqual(new Set([200]));
    const flooded = await flood;
    expect(flooded.filter((status) => status === 200).length).toBeGreaterThanOrEqual(50);
    expect(flooded.filter((status) => status !== 200 && status !== 503)).toEqual([]);
  });
});
