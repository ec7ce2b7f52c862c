import { PASSWORD, type Person, type TestApp } from './app';
import { changeAddress, changePassword, deleteAccount, disable, redeem, userIdOf } from './account-changes';
import type { Answer, TokenBody } from './api';
import { nextLink } from './mailbox';
import { reset, resetLink } from './password-reset';
import { expectProblem } from './problem';
import { openSession } from './sessions';

const NEW = 'nine calm badgers on a ferry';
const OTHER = 'five brisk herons in a tunnel';

/** The address that the account moves to, and the link that takes it back. */
export async function moveAway(app: TestApp, person: Person): Promise<{ newEmail: string; undo: string }> {
  const { email } = person;
  const newEmail = `new-${email}`;
  expect(await changeAddress(app, await openSession(app, person), newEmail, PASSWORD)).toBe(202);
  const token = await nextLink(app, newEmail, 'newAddress');
  const undo = await nextLink(app, email, 'undo');
  expect(await redeem(app, 'email/change/confirm', { token })).toBe(204);
  return { newEmail, undo };
}

type Change = (app: TestApp, person: Person) => Promise<unknown>;

/** What happens to an account while its owner is signed in, and whether sessions and password outlive it. */
export const CHANGES: readonly [
  what: string,
  sessions: 'over' | 'live',
  password: 'void' | 'good',
  Change,
][] = [
  ['nothing', 'live', 'good', async () => undefined],
  ['it was disabled', 'over', 'void', async (app, person) => disable(app, await userIdOf(app, person.email))],
  [
    'it was deleted',
    'over',
    'void',
    async (app, person) => expect(await deleteAccount(app, await openSession(app, person), person)).toBe(204),
  ],
  [
    'it was deleted and made anew with the same password',
    'over',
    'good',
    async (app, person) => {
      await deleteAccount(app, await openSession(app, person), person);
      await app.api.post('/v1/auth/register', { json: person });
    },
  ],
  [
    'another session changed the password',
    'over',
    'void',
    async (app, person) =>
      expect(await changePassword(app, await openSession(app, person), PASSWORD, NEW)).toBe(204),
  ],
  [
    'another session changed the password into the same one',
    'over',
    'good',
    async (app, person) =>
      expect(await changePassword(app, await openSession(app, person), PASSWORD, PASSWORD)).toBe(204),
  ],
  [
    'the password was reset',
    'over',
    'void',
    async (app, person) =>
      expect((await reset(app, await resetLink(app, person.email), NEW)).status).toBe(204),
  ],
  // Signing in takes the address, and that is another one now.
  ['the address was changed', 'live', 'void', async (app, person) => moveAway(app, person)],
  [
    'the address was verified',
    'live',
    'good',
    async (app, person) => {
      await app.api.post('/v1/auth/email/verify/resend', { json: { email: person.email } });
      const token = await nextLink(app, person.email, 'verification');
      expect(await redeem(app, 'email/verify', { token })).toBe(204);
    },
  ],
  [
    'the address was verified by another person who registered with it',
    'over',
    'void',
    async (app, person) => {
      await app.api.post('/v1/auth/register', { json: { email: person.email, password: OTHER } });
      const token = await nextLink(app, person.email, 'verification');
      expect(await redeem(app, 'email/verify', { token, password: OTHER })).toBe(204);
    },
  ],
  [
    'the change of the address was undone before it was confirmed',
    'over',
    'void',
    async (app, person) => {
      await changeAddress(app, await openSession(app, person), `new-${person.email}`, PASSWORD);
      expect(
        await redeem(app, 'email/change/undo', { token: await nextLink(app, person.email, 'undo') }),
      ).toBe(204);
    },
  ],
  [
    'the change of the address was undone after it was confirmed',
    'over',
    'void',
    async (app, person) => {
      const { undo } = await moveAway(app, person);
      expect(await redeem(app, 'email/change/undo', { token: undo })).toBe(204);
    },
  ],
];

export type Ask = (app: TestApp, tokens: TokenBody) => Promise<Answer<object>>;

/**
 * Makes the change, and then sends each request with the tokens of a session from before it.
 * @param requests how each is refused where the session is over
 */
export async function expectAfter(
  app: TestApp,
  [, sessions, password, change]: (typeof CHANGES)[number],
  requests: readonly [refusal: string, Ask][],
): Promise<void> {
  const person = await app.someone();
  // Each with a session of its own, so that each is the first request of its session afterwards.
  const signedIn: { refusal: string; ask: Ask; tokens: TokenBody }[] = [];
  for (const [refusal, ask] of requests)
    signedIn.push({ refusal, ask, tokens: await openSession(app, person) });
  await change(app, person);
  for (const { refusal, ask, tokens } of signedIn) {
    const answer = await ask(app, tokens);
    if (sessions === 'over') expectProblem(answer, 401, refusal);
    else expect(answer.status).toBe(200);
  }
  const answer = await app.api.post('/v1/auth/login', { json: person });
  if (password === 'good') expect(answer.status).toBe(200);
  else expectProblem(answer, 401, 'invalid-credentials');
}
