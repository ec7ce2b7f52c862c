import type { Answer, TokenBody } from './support/api';
import { PASSWORD, startApp, type TestApp } from './support/app';
import {
  changeAddress,
  changePassword,
  deleteAccount,
  disable,
  redeem,
  userIdOf,
} from './support/account-changes';
import { nextLink } from './support/mailbox';
import { reset, resetLink } from './support/password-reset';
import { expectProblem } from './support/problem';

const NEW = 'nine calm badgers on a ferry';
const OTHER = 'five brisk herons in a tunnel';

let app: TestApp;
let email: string;
let person: { email: string; password: string };

beforeAll(async () => {
  app = await startApp({ smtp: true });
});

beforeEach(async () => {
  person = await app.registers();
  ({ email } = person);
});

afterAll(async () => app.close());

/** The address that the account moves to, and the link that takes it back. */
async function moveAway(): Promise<{ newEmail: string; undo: string }> {
  const newEmail = `new-${email}`;
  expect(await changeAddress(app, await app.signIn(person), newEmail, PASSWORD)).toBe(202);
  const token = await nextLink(app, newEmail, 'newAddress');
  const undo = await nextLink(app, email, 'undo');
  expect(await redeem(app, 'email/change/confirm', { token })).toBe(204);
  return { newEmail, undo };
}

type Change = () => Promise<unknown>;

/** What happens to an account while somebody is signed in to it, and whether their sessions and password outlive it. */
const changes: [string, 'over' | 'live', 'void' | 'good', Change][] = [
  ['nothing', 'live', 'good', async () => undefined],
  ['it was disabled', 'over', 'void', async () => disable(app, await userIdOf(app, email))],
  [
    'it was deleted',
    'over',
    'void',
    async () => expect(await deleteAccount(app, await app.signIn(person), person)).toBe(204),
  ],
  [
    'it was deleted and made anew with the same password',
    'over',
    'good',
    async () => {
      await deleteAccount(app, await app.signIn(person), person);
      await app.api.post('/v1/auth/register', { json: person });
    },
  ],
  [
    'another session changed the password',
    'over',
    'void',
    async () => expect(await changePassword(app, await app.signIn(person), PASSWORD, NEW)).toBe(204),
  ],
  [
    'another session changed the password into the same one',
    'over',
    'good',
    async () => expect(await changePassword(app, await app.signIn(person), PASSWORD, PASSWORD)).toBe(204),
  ],
  [
    'the password was reset',
    'over',
    'void',
    async () => expect((await reset(app, await resetLink(app, email), NEW)).status).toBe(204),
  ],
  // Signing in takes the address, and that is another one now.
  ['the address was changed', 'live', 'void', async () => moveAway()],
  [
    'the address was verified',
    'live',
    'good',
    async () => {
      const token = await nextLink(app, email, 'verification');
      expect(await redeem(app, 'email/verify', { token })).toBe(204);
    },
  ],
  [
    'the address was verified by somebody else who registered with it',
    'over',
    'void',
    async () => {
      await app.api.post('/v1/auth/register', { json: { email, password: OTHER } });
      const token = await nextLink(app, email, 'verification');
      expect(await redeem(app, 'email/verify', { token, password: OTHER })).toBe(204);
    },
  ],
  [
    'the change of the address was undone before it was confirmed',
    'over',
    'void',
    async () => {
      await changeAddress(app, await app.signIn(person), `new-${email}`, PASSWORD);
      expect(await redeem(app, 'email/change/undo', { token: await nextLink(app, email, 'undo') })).toBe(204);
    },
  ],
  [
    'the change of the address was undone after it was confirmed',
    'over',
    'void',
    async () => {
      const { undo } = await moveAway();
      expect(await redeem(app, 'email/change/undo', { token: undo })).toBe(204);
    },
  ],
];

/** What may be asked with what was had before, and how it is refused to a session that is over. */
const requests: [string, (tokens: TokenBody) => Promise<Answer<object>>][] = [
  ['invalid-token', async ({ accessToken: token }) => app.api.get('/v1/users/me', { token })],
  ['invalid-token', async ({ accessToken: token }) => app.api.get('/v1/auth/principal', { token })],
  ['invalid-token', async ({ accessToken: token }) => app.api.get('/v1/users/me/export', { token })],
  ['invalid-token', async ({ accessToken: token }) => app.api.get('/v1/sessions', { token })],
  [
    'invalid-token',
    async ({ accessToken: token }) =>
      app.api.post('/v1/auth/reauthenticate', { token, json: { password: PASSWORD } }),
  ],
  [
    'invalid-refresh-token',
    async ({ refreshToken }) => app.api.post('/v1/auth/refresh', { json: { refreshToken } }),
  ],
];

describe('after this happened to an account, the next request is answered rightly', () => {
  it.each(changes)('%s: sessions are %s, the old password is %s', async (_, sessions, password, happen) => {
    // Each with a session of its own, so that each is the first to be asked afterwards.
    const asked = requests.map(async ([refusal, ask]) => ({
      refusal,
      ask,
      tokens: await app.signIn(person),
    }));
    const signedIn = await Promise.all(asked);
    await happen();
    for (const { refusal, ask, tokens } of signedIn) {
      const answer = await ask(tokens);
      if (sessions === 'over') expectProblem(answer, 401, refusal);
      else expect(answer.status).toBe(200);
    }
    const answer = await app.api.post('/v1/auth/login', { json: person });
    if (password === 'good') expect(answer.status).toBe(200);
    else expectProblem(answer, 401, 'invalid-credentials');
  });
});

describe('a session that goes on', () => {
  it('shows the new address at once, and has the old password', async () => {
    const tokens = await app.signIn(person);
    const { newEmail } = await moveAway();
    const { body } = await app.api.get('/v1/users/me', { token: tokens.accessToken });
    expect(body).toMatchObject({ email: newEmail, emailVerified: true });
    await app.signIn({ email: newEmail, password: PASSWORD });
  });

  it('after its own change of the password proves itself by the new one only', async () => {
    const tokens = await app.signIn(person);
    expect(await changePassword(app, tokens, PASSWORD, NEW)).toBe(204);
    const { accessToken: token } = tokens;
    const statusWith = async (password: string) =>
      (await app.api.post('/v1/auth/reauthenticate', { token, json: { password } })).status;
    expect([await statusWith(PASSWORD), await statusWith(NEW)]).toEqual([401, 200]);
    expect(await deleteAccount(app, tokens, person)).toBe(401);
    expect(await changePassword(app, tokens, PASSWORD, OTHER)).toBe(401);
  });
});

describe('somebody whose address was taken back', () => {
  it('has no password until the mail that follows sets one', async () => {
    const { newEmail, undo } = await moveAway();
    await redeem(app, 'email/change/undo', { token: undo });
    for (const address of [email, newEmail]) {
      const json = { email: address, password: PASSWORD };
      expectProblem(await app.api.post('/v1/auth/login', { json }), 401, 'invalid-credentials');
    }
    expect((await reset(app, await nextLink(app, email, 'restored'), NEW)).status).toBe(204);
    await app.signIn({ email, password: NEW });
  });
});
