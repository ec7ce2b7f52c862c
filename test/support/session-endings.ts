import { changeAddress, changePassword, deleteAccount, disable, redeem, userIdOf } from './account-changes';
import type { TokenBody } from './api';
import { PASSWORD, type Person, type TestApp } from './app';
import { inOrder } from './in-order';
import { nextLink } from './mailbox';
import { reset, resetLink } from './password-reset';
import { expectOver, openSession, sessionIdOf } from './sessions';

const NEW = 'nine calm badgers on a ferry';

type Prepare = (app: TestApp, person: Person, tokens: TokenBody) => Promise<() => Promise<unknown>>;

/** What ends the sessions of an account: prepared with one of them, and then done. */
export const ENDINGS = {
  'a password reset': async (app, { email }) => {
    const token = await resetLink(app, email);
    return async () => expect((await reset(app, token, NEW)).status).toBe(204);
  },
  'a password change': async (app, _, tokens) => async () =>
    expect(await changePassword(app, tokens, PASSWORD, NEW)).toBe(204),
  'an undone change of the address': async (app, { email }, tokens) => {
    await changeAddress(app, tokens, `new-${email}`, PASSWORD);
    const token = await nextLink(app, email, 'undo');
    return async () => expect(await redeem(app, 'email/change/undo', { token })).toBe(204);
  },
  'a disablement': async (app, { email }) => {
    const id = await userIdOf(app, email);
    return async () => disable(app, id);
  },
  'a deletion': async (app, person, tokens) => async () =>
    expect(await deleteAccount(app, tokens, person)).toBe(204),
  'a sign-out everywhere':
    async (app, _, { accessToken: token }) =>
    async () =>
      expect((await app.api.delete('/v1/sessions', { token })).status).toBe(204),
} satisfies Record<string, Prepare>;

export type Ending = keyof typeof ENDINGS;

/** After these the session that they are done with goes on. */
const KEEP_THEIR_OWN: ReadonlySet<Ending> = new Set(['a password change', 'a sign-out everywhere']);

/** A sign-in whose password was checked before, and that opens its session before or after the ending, leaves none. */
export async function expectNoSignIn(app: TestApp, ending: Ending, when: 'before' | 'after'): Promise<void> {
  const person = await app.someone();
  const mine = await openSession(app, person);
  const user = { table: 'users' as const, id: await userIdOf(app, person.email) };
  const end = await ENDINGS[ending](app, person, mine);
  const answers: { status: number; body: TokenBody }[] = [];
  const signIn = async () =>
    void answers.push(await app.api.post<TokenBody>('/v1/auth/login', { json: person }));
  await inOrder(app, user, when === 'after' ? [end, signIn] : [signIn, end]);
  expect(answers.map(({ status }) => status)).toEqual([when === 'after' ? 401 : 200]);
  for (const { status, body } of answers) if (status === 200) await expectOver(app, body);
  const text = 'SELECT id FROM sessions WHERE user_id = $1 AND revoked_at IS NULL';
  const live = (await app.query<{ id: string }>(text, [user.id])).map(({ id }) => id);
  expect(live).toEqual(KEEP_THEIR_OWN.has(ending) ? [sessionIdOf(mine.accessToken)] : []);
}

/** Another session that was about to be refreshed, or proven again, is over. */
export async function expectNoRenewal(
  app: TestApp,
  ending: Ending,
  path: 'refresh' | 'reauthenticate',
): Promise<void> {
  const person = await app.someone();
  const [mine, other] = [await openSession(app, person), await openSession(app, person)];
  const end = await ENDINGS[ending](app, person, mine);
  const { accessToken: token, refreshToken } = other;
  const call = path === 'refresh' ? { json: { refreshToken } } : { token, json: { password: PASSWORD } };
  const statuses: number[] = [];
  const renew = async () => void statuses.push((await app.api.post(`/v1/auth/${path}`, call)).status);
  await inOrder(app, { table: 'sessions', id: sessionIdOf(token) }, [end, renew]);
  expect(statuses).toEqual([401]);
  await expectOver(app, other);
}
