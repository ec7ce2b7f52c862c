import { PASSWORD, type Person, type TestApp } from '../support/app';
import { changePassword, deleteAccount, redeem } from '../support/account-changes';
import { nextLink } from '../support/mailbox';
import { reset } from '../support/password-reset';
import { expectProblem } from '../support/problem';
import { openSession } from '../support/sessions';
import { sharedApp } from '../support/shared-app';
import { type Ask, CHANGES, expectAfter, moveAway } from '../support/state-changes';

const NEW = 'nine calm badgers on a ferry';
const OTHER = 'five brisk herons in a tunnel';

let app: TestApp;
let email: string;
let person: Person;

beforeAll(async () => {
  app = await sharedApp({ smtp: true });
});

/** Requests with tokens from before a change, and how they are refused where the session is over; others in the slow suite. */
const REQUESTS: [refusal: string, Ask][] = [
  ['invalid-token', async ({ api }, { accessToken: token }) => api.get('/v1/users/me', { token })],
  [
    'invalid-token',
    async ({ api }, { accessToken: token }) =>
      api.post('/v1/auth/reauthenticate', { token, json: { password: PASSWORD } }),
  ],
  [
    'invalid-refresh-token',
    async ({ api }, { refreshToken }) => api.post('/v1/auth/refresh', { json: { refreshToken } }),
  ],
];

describe('after this happened to an account:', () => {
  it.each(CHANGES)('%s, sessions are %s, the old password is %s', async (...change) => {
    await expect(expectAfter(app, change, REQUESTS)).resolves.toBeUndefined();
  });
});

async function newPerson(): Promise<void> {
  person = await app.someone();
  ({ email } = person);
}

describe('a session that goes on', () => {
  beforeEach(newPerson);

  it('shows the new address at once, and keeps the old password', async () => {
    const tokens = await openSession(app, person);
    const { newEmail } = await moveAway(app, person);
    const { body } = await app.api.get('/v1/users/me', { token: tokens.accessToken });
    expect(body).toMatchObject({ email: newEmail, emailVerified: true });
    await app.signIn({ email: newEmail, password: PASSWORD });
  });

  it('accepts the new password only, after its own change of it', async () => {
    const tokens = await openSession(app, person);
    expect(await changePassword(app, tokens, PASSWORD, NEW)).toBe(204);
    const { accessToken: token } = tokens;
    const statusWith = async (password: string) =>
      (await app.api.post('/v1/auth/reauthenticate', { token, json: { password } })).status;
    expect([await statusWith(PASSWORD), await statusWith(NEW)]).toEqual([401, 200]);
    expect(await deleteAccount(app, tokens, person)).toBe(401);
    expect(await changePassword(app, tokens, PASSWORD, OTHER)).toBe(401);
  });
});

describe('a user whose address was restored', () => {
  beforeEach(newPerson);

  it('has no password until the mail that follows sets one', async () => {
    const { newEmail, undo } = await moveAway(app, person);
    await redeem(app, 'email/change/undo', { token: undo });
    for (const address of [email, newEmail]) {
      const json = { email: address, password: PASSWORD };
      expectProblem(await app.api.post('/v1/auth/login', { json }), 401, 'invalid-credentials');
    }
    expect((await reset(app, await nextLink(app, email, 'restored'), NEW)).status).toBe(204);
    await app.signIn({ email, password: NEW });
  });
});
