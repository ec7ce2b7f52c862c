import { PASSWORD, startApp, type TestApp } from './support/app';
import type { TokenBody } from './support/api';
import {
  changeAddress,
  changePassword,
  deleteAccount,
  disable,
  redeem,
  userIdOf,
} from './support/account-changes';
import { inOrder } from './support/in-order';
import { nextLink } from './support/mailbox';
import { inParallel } from './support/parallel';
import { reset, resetLink } from './support/password-reset';
import { expectOver, sessionIdOf } from './support/sessions';

const OWNERS = 'nine calm badgers on a ferry';
const THIEFS = 'five brisk herons in a tunnel';

let app: TestApp;
let email: string;
let person: { email: string; password: string };

beforeAll(async () => {
  app = await startApp({ smtp: true });
});

beforeEach(async () => {
  person = await app.someone();
  ({ email } = person);
});

afterAll(async () => app.close());

const user = async () => ({ table: 'users' as const, id: await userIdOf(app, email) });
const sessionOf = ({ accessToken }: TokenBody) => ({
  table: 'sessions' as const,
  id: sessionIdOf(accessToken),
});
const logIn = async (password = PASSWORD) =>
  app.api.post<TokenBody>('/v1/auth/login', { json: { email, password } });
const statusWith = async (password: string) => (await logIn(password)).status;
const resetTo = async (token: string, password: string) => (await reset(app, token, password)).status;
const liveSessions = async (userId: string) => {
  const text = 'SELECT id FROM sessions WHERE user_id = $1 AND revoked_at IS NULL';
  return (await app.query<{ id: string }>(text, [userId])).map(({ id }) => id);
};

/** What ends sessions: made ready for an account, and then done. */
const endings: [string, (tokens: TokenBody, userId: string) => Promise<() => Promise<unknown>>][] = [
  [
    'a password reset',
    async () => {
      const token = await resetLink(app, email);
      return async () => expect(await resetTo(token, OWNERS)).toBe(204);
    },
  ],
  [
    'a password change',
    async (tokens) => async () => expect(await changePassword(app, tokens, PASSWORD, OWNERS)).toBe(204),
  ],
  [
    'an undone change of the address',
    async (tokens) => {
      await changeAddress(app, tokens, `new-${email}`, PASSWORD);
      const token = await nextLink(app, email, 'undo');
      return async () => expect(await redeem(app, 'email/change/undo', { token })).toBe(204);
    },
  ],
  ['a disablement', async (_, userId) => async () => disable(app, userId)],
  ['a deletion', async (tokens) => async () => expect(await deleteAccount(app, tokens, person)).toBe(204)],
  [
    'a sign-out everywhere',
    async ({ accessToken: token }) =>
      async () =>
        expect((await app.api.send('DELETE', '/v1/sessions', { token })).status).toBe(204),
  ],
];

describe.each(endings)('%s', (name, prepare) => {
  const goesOn = ['a password change', 'a sign-out everywhere'].includes(name);

  it.each(['after', 'before'])(
    'leaves no session of a sign-in whose password was checked before, and that is opened %s it',
    async (when) => {
      const mine = await app.signIn(person);
      const row = await user();
      const end = await prepare(mine, row.id);
      const answers: Awaited<ReturnType<typeof logIn>>[] = [];
      const signIn = async () => void answers.push(await logIn());
      await inOrder(app, row, when === 'after' ? [end, signIn] : [signIn, end]);
      expect(answers.map(({ status }) => status)).toEqual([when === 'after' ? 401 : 200]);
      for (const { status, body } of answers) if (status === 200) await expectOver(app, body);
      expect(await liveSessions(row.id)).toEqual(goesOn ? [sessionIdOf(mine.accessToken)] : []);
    },
  );

  it.each(['refresh', 'reauthenticate'])(
    'is not survived by a session that was about to %s',
    async (path) => {
      const [mine, other] = [await app.signIn(person), await app.signIn(person)];
      const end = await prepare(mine, (await user()).id);
      const { accessToken: token, refreshToken } = other;
      const call = path === 'refresh' ? { json: { refreshToken } } : { token, json: { password: PASSWORD } };
      const got: TokenBody[] = [];
      const renew = async () => {
        const { status, body } = await app.api.post<TokenBody>(`/v1/auth/${path}`, call);
        expect([200, 401]).toContain(status);
        if (status === 200) got.push(body);
      };
      await inOrder(app, sessionOf(other), [end, renew]);
      expect(got).toEqual([]);
      await expectOver(app, other);
    },
  );
});

describe('a thief’s change of the password and the owner’s reset', () => {
  it.each(['before', 'after'])('leave the owner’s password where the reset comes %s it', async (when) => {
    const thief = await app.signIn(person);
    const token = await resetLink(app, email);
    const change = async () => changePassword(app, thief, PASSWORD, THIEFS);
    const owner = async () => resetTo(token, OWNERS);
    const works = when === 'before' ? [owner, change] : [change, owner];
    expect(await inOrder(app, await user(), works)).toEqual(when === 'before' ? [204, 401] : [204, 204]);
    expect([await statusWith(OWNERS), await statusWith(THIEFS)]).toEqual([200, 401]);
    await expectOver(app, thief);
  });

  it('at the same time, over and over, never leave the thief’s', async () => {
    const token = await resetLink(app, email);
    const thieves = await inParallel(4, async () => app.signIn(person));
    const work = thieves.map(async (thief) => {
      for (let round = 0; round < 5; round++)
        await changePassword(app, thief, round === 0 ? PASSWORD : THIEFS, THIEFS);
    });
    expect(await resetTo(token, OWNERS)).toBe(204);
    expect(await statusWith(OWNERS)).toBe(200);
    await Promise.all(work);
    expect([await statusWith(OWNERS), await statusWith(THIEFS)]).toEqual([200, 401]);
    await expectOver(app, ...thieves);
  });
});

describe('two changes of the password at once', () => {
  it('from two sessions: one is done, and the other session is over', async () => {
    const [one, other] = [await app.signIn(person), await app.signIn(person)];
    const statuses = await inOrder(app, await user(), [
      async () => changePassword(app, one, PASSWORD, OWNERS),
      async () => changePassword(app, other, PASSWORD, THIEFS),
    ]);
    expect(statuses).toEqual([204, 401]);
    expect([await statusWith(OWNERS), await statusWith(THIEFS)]).toEqual([200, 401]);
    await expectOver(app, other);
  });

  // Whoever has a copy of the session could else keep changes under way that were proven by the old password.
  it('from one session: one is done, and the other has proven itself by a password that is none any more', async () => {
    const mine = await app.signIn(person);
    const statuses = await inOrder(app, await user(), [
      async () => changePassword(app, mine, PASSWORD, OWNERS),
      async () => changePassword(app, mine, PASSWORD, THIEFS),
    ]);
    expect(statuses).toEqual([204, 401]);
    expect([await statusWith(OWNERS), await statusWith(THIEFS)]).toEqual([200, 401]);
  });
});

describe('a change of the password and what the old one had proven in the same session', () => {
  it.each([
    ['a deletion', async (tokens: TokenBody) => deleteAccount(app, tokens, person)],
    [
      'a change of the address',
      async (tokens: TokenBody) => changeAddress(app, tokens, `thief-${email}`, PASSWORD),
    ],
  ])('%s that comes after it is refused', async (_, act) => {
    const mine = await app.signIn(person);
    const statuses = await inOrder(app, await user(), [
      async () => changePassword(app, mine, PASSWORD, OWNERS),
      async () => act(mine),
    ]);
    expect(statuses).toEqual([204, 401]);
    expect(await statusWith(OWNERS)).toBe(200);
  });
});
