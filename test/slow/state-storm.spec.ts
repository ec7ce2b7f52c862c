import type { TokenBody } from '../support/api';
import { PASSWORD, startApp, type TestApp } from '../support/app';
import {
  changeAddress,
  changePassword,
  deleteAccount,
  disable,
  redeem,
  userIdOf,
} from '../support/account-changes';
import { countMails, nextLink, SUBJECT } from '../support/mailbox';
import { inParallel } from '../support/parallel';
import { askForReset, reset, resetLink } from '../support/password-reset';
import { sessionIdOf } from '../support/sessions';
import { tokenIn } from '../support/smtp-sink';

const OTHER = 'five brisk herons in a tunnel';
const OWNERS = 'nine calm badgers on a ferry';

let app: TestApp;
const log: string[] = [];

beforeAll(async () => {
  app = await startApp({ smtp: true, log });
});

afterAll(async () => app.close());

type Act = () => Promise<number>;

/** Everything that changes an account, with what is needed for it made ready. */
async function actsOn(person: { email: string; password: string }): Promise<Act[]> {
  const { email } = person;
  const newEmail = `new-${email}`;
  const statusOf = async (method: string, path: string, json?: unknown, token = '') =>
    (await app.api.send(method, `/v1/${path}`, { json, ...(token && { token }) })).status;
  const ofSession = ({ accessToken: token, refreshToken }: TokenBody, index: number): Act[] => [
    async () => changePassword(app, { accessToken: token } as TokenBody, PASSWORD, `${OTHER} ${index}`),
    async () => statusOf('POST', 'auth/reauthenticate', { password: PASSWORD }, token),
    async () => statusOf('POST', 'auth/refresh', { refreshToken }),
    async () => statusOf('PATCH', 'users/me', { displayName: `No. ${index}` }, token),
  ];
  const [first, second, ...others] = await inParallel(7, async () => app.signIn(person));
  if (!first || !second) throw new Error('no user is signed in');
  const verification = await nextLink(app, email, 'verification');
  await changeAddress(app, first, newEmail, PASSWORD);
  const confirmation = await nextLink(app, newEmail, 'newAddress');
  const undo = await nextLink(app, email, 'undo');
  const links = [await resetLink(app, email), await resetLink(app, email)];
  await app.api.post('/v1/auth/register', { json: { email, password: OTHER } });
  return [
    ...others.flatMap(ofSession),
    ...links.map((link) => async () => (await reset(app, link, OTHER)).status),
    async () => redeem(app, 'email/verify', { token: verification, password: PASSWORD }),
    async () => redeem(app, 'email/verify', { token: verification, password: OTHER }),
    async () => redeem(app, 'email/change/confirm', { token: confirmation }),
    async () => redeem(app, 'email/change/undo', { token: undo }),
    async () => changeAddress(app, second, `other-${email}`, PASSWORD),
    async () => statusOf('POST', 'auth/register', { email, password: OTHER }),
    async () => statusOf('POST', 'auth/register', { email: newEmail, password: OTHER }),
    async () => statusOf('POST', 'auth/password/forgot', { email }),
    async () => statusOf('POST', 'auth/email/verify/resend', { email }),
    async () => statusOf('POST', 'auth/login', person),
    async () => statusOf('POST', 'auth/logout', undefined, second.accessToken),
    async () => statusOf('DELETE', 'sessions', undefined, first.accessToken),
    async () => statusOf('DELETE', 'sessions?includeCurrent=true', undefined, second.accessToken),
    async () =>
      statusOf('DELETE', `sessions/${sessionIdOf(second.accessToken)}`, undefined, first.accessToken),
    async () => statusOf('GET', 'users/me/export', undefined, first.accessToken),
  ];
}

/** Another order every time; the same again for the same seed. */
function shuffled<T>(all: readonly T[], seed: number): T[] {
  let state = seed;
  const keyed = all.map((each) => {
    state = (state * 48_271) % 2_147_483_647;
    return { each, key: state };
  });
  return keyed.toSorted((a, b) => a.key - b.key).map(({ each }) => each);
}

/** Starts all at once, with the mails that are due in between. */
async function atOnce(acts: readonly Act[], seed: number): Promise<void> {
  const sent = app.mailsSent();
  const statuses = await Promise.all(shuffled(acts, seed).map(async (act) => act()));
  await sent;
  await app.mailsSent();
  expect(statuses.filter((status) => status >= 500)).toEqual([]);
  expect(log.filter((line) => /deadlock|40P01/.test(line))).toEqual([]);
}

describe('everything that changes an account, at once,', () => {
  it.each([1, 2])(
    'ends without a fault, and with an account that its owner can take back: %i',
    async (seed) => {
      const person = await app.registers();
      const id = await userIdOf(app, person.email);
      const acts = await actsOn(person);
      expect(acts.length).toBeGreaterThanOrEqual(30);
      await atOnce(acts, seed);
      const [{ email } = { email: '' }] = await app.query<{ email: string }>(
        'SELECT email FROM users WHERE id = $1',
        [id],
      );
      await askForReset(app, email);
      await countMails(app, email, 'reset');
      const last = app.smtp.for(email).findLast(({ subject }) => subject === SUBJECT.reset);
      expect((await reset(app, last ? tokenIn(last) : '', OWNERS)).status).toBe(204);
      expect(
        await app.query('SELECT 1 FROM sessions WHERE user_id = $1 AND revoked_at IS NULL', [id]),
      ).toEqual([]);
      await app.signIn({ email, password: OWNERS });
    },
  );

  it.each([3, 4])('its disablement and its deletion too, ends without a fault: %i', async (seed) => {
    const person = await app.registers();
    const id = await userIdOf(app, person.email);
    const acts = await actsOn(person);
    const leaving = await app.signIn(person);
    await atOnce(
      [
        ...acts,
        async () => deleteAccount(app, leaving, person),
        async () => disable(app, id).then(() => 204),
        async () => (await app.api.post('/v1/auth/login', { json: person })).status,
      ],
      seed,
    );
    expect(await app.query('SELECT 1 FROM sessions WHERE user_id = $1 AND revoked_at IS NULL', [id])).toEqual(
      [],
    );
  });
});
