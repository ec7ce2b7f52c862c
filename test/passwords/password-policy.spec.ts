import { accept, invite } from '../support/administration';
import type { Answer, ProblemBody, TokenBody } from '../support/api';
import { PASSWORD, startApp, type TestApp } from '../support/app';
import { nextLink } from '../support/mailbox';
import { expectProblem, violations } from '../support/problem';
import { newAddress } from '../support/registrations';
import { expectOpen } from '../support/sessions';
import { aMember } from '../support/staff';

const DISPLAY_NAME = 'Morwenna Tregarthen';
const GOOD = 'Vaultkeep otters knit 3 scarves';

let app: TestApp;

beforeAll(async () => {
  const env = { PASSWORD_MIN_LENGTH: '8', APP_NAME: 'Vaultkeep' };
  app = await startApp({ estimates: true, smtp: true, env });
});

afterAll(async () => app.close());

const post = async (route: string, json: unknown, token?: string): Promise<Answer<ProblemBody>> =>
  app.api.post<ProblemBody>(`/v1/auth/${route}`, token === undefined ? { json } : { json, token });
const statusOfSignIn = async (email: string, password: string) =>
  (await post('login', { email, password })).status;

/** A password that a route is to set, and what the route says to it. */
type Setting = (password: string) => Promise<Answer<ProblemBody>>;

/** What setting a password writes, once no mail is on its way. */
async function written(): Promise<object | undefined> {
  await app.mailsSent();
  const [row] = await app.query(
    `SELECT (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM mails) AS mails,
      (SELECT count(*) FROM registration_attempts) AS attempts, (SELECT count(*) FROM one_time_tokens) AS links,
      (SELECT string_agg(hash, ' ' ORDER BY user_id) FROM credentials) AS hashes`,
  );
  return row;
}

/** Nothing is stored or used up by a password that is refused. */
async function expectRefused(set: Setting, password: string, code: string, property = 'password') {
  const before = await written();
  const answer = await set(password);
  expectProblem(answer, 422, 'validation-failed');
  expect(violations(answer)).toEqual({ [`/${property}`]: code });
  expect(await written()).toEqual(before);
}

describe('a password at a registration', () => {
  const email = 'zibber.quandt@example.com';
  const set: Setting = async (password) =>
    post('register', { email, displayName: 'Zoë Quandtovic', password });

  it.each([
    ['', 'passphrase'],
    ['qmzufhl', 'password-too-short'],
    ['iloveyou', 'password-common'],
    ['aaaaaaaaaaaaaaaab', 'password-guessable'],
    ['zibber.quandt99', 'password-personal'],
    ['Zoë Quandtovic 12'.normalize('NFD'), 'password-personal'],
    ['vaultkeep-vaultkeep', 'password-personal'],
  ])('is refused: %j as %s', async (password, code) => {
    await expectRefused(set, password, code);
  });

  it('is taken otherwise, also one of another name', async () => {
    const password = 'zibber quandtovic 12';
    const ada = { email: newAddress(), displayName: 'Ada', password };
    expect((await post('register', ada)).status).toBe(202);
    expect(await statusOfSignIn(ada.email, password)).toBe(200);
  });

  it('is answered soon where it is made to be hard to estimate, and holds up nothing else', async () => {
    const begun = performance.now();
    const answer = set('v3ry.l0ng.l0c4l.p4rt.'.repeat(7).slice(0, 128));
    expect((await app.api.get('/health/live')).status).toBe(200);
    expect([202, 422]).toContain((await answer).status);
    expect(performance.now() - begun).toBeLessThan(4_000);
  });
});

describe.each(['reset', 'change'])('a password that is set by %s', (way) => {
  let email: string;
  let tokens: TokenBody;
  let link: string;

  beforeAll(async () => {
    email = `morwenna.${way}sky@example.com`;
    await post('register', { email, displayName: DISPLAY_NAME, password: PASSWORD });
    tokens = await app.signIn({ email, password: PASSWORD });
    await app.mailFor(email);
    await post('password/forgot', { email });
    link = await nextLink(app, email);
  });

  const set: Setting = async (newPassword) =>
    way === 'reset'
      ? post('password/reset', { token: link, newPassword })
      : post('password/change', { currentPassword: PASSWORD, newPassword }, tokens.accessToken);

  it('is refused for each reason, and then a good one is taken', async () => {
    const refused = {
      qmzufhl: 'password-too-short',
      iloveyou: 'password-common',
      aaaaaaaaaaaaaaaab: 'password-guessable',
      [`${DISPLAY_NAME} 7`]: 'password-personal',
      [`MORWENNA.${way}sky1`]: 'password-personal',
    };
    for (const [password, code] of Object.entries(refused))
      await expectRefused(set, password, code, 'newPassword');
    expect(await statusOfSignIn(email, PASSWORD)).toBe(200);

    const renewed = await app.api.post<TokenBody>('/v1/auth/refresh', {
      json: { refreshToken: tokens.refreshToken },
    });
    expect(renewed.status).toBe(200);
    expect((await set(GOOD)).status).toBe(204);
    expect([await statusOfSignIn(email, PASSWORD), await statusOfSignIn(email, GOOD)]).toEqual([401, 200]);
    if (way === 'change') await expectOpen(app, renewed.body);
  });
});

describe('the password that an invitation is accepted with', () => {
  it('is refused for each reason, also for the name that is chosen with it, and then a good one is taken', async () => {
    const email = newAddress();
    await invite(app, await aMember(app, 'admin'), { email, displayName: 'Augusta Lovelace' });
    const token = await nextLink(app, email);
    const set: Setting = async (password) => accept(app, token, { password });
    const refused = {
      'x9!kq': 'password-too-short',
      iloveyou: 'password-common',
      [email]: 'password-personal',
      'augusta lovelace': 'password-personal',
    };
    for (const [password, code] of Object.entries(refused)) await expectRefused(set, password, code);
    const grace = { password: 'grace brewster hopper', displayName: 'Grace Brewster Hopper' };
    expect(violations(await accept(app, token, grace))).toHaveProperty('/password');
    expect((await accept(app, token, { ...grace, displayName: null })).status).toBe(204);
    // An expired link reveals nothing about a password.
    expectProblem(await accept(app, token, { password: email }), 422, 'invalid-or-expired-token');
  });
});

describe('the policy document', () => {
  it('states the lengths in force', async () => {
    const { body } = await app.api.get<{ password: { minLength: number; maxLength: number } }>(
      '/v1/auth/policy',
    );
    const { minLength, maxLength } = body.password;
    expect([minLength, maxLength]).toEqual([8, 128]);
    const animals = Array.from({ length: maxLength }, (_, index) =>
      String.fromCodePoint(0x1f400 + ((index * 37) % 128)),
    );
    const ofLength = (count: number) => `e\u0301${animals.slice(0, count - 1).join('')}`;
    const statusOf = async (count: number) =>
      (await post('register', { email: newAddress(), password: ofLength(count) })).status;
    const statuses: number[] = [];
    for (const length of [minLength - 1, minLength, maxLength, maxLength + 1])
      statuses.push(await statusOf(length));
    expect(statuses).toEqual([422, 202, 202, 422]);
  });

  it('states what else is refused, and the words that no password may be made of', async () => {
    const { body } = await app.api.get('/v1/auth/policy');
    expect(body.password).toMatchObject({
      refused: ['common', 'guessable', 'personal'],
      contextWords: ['Vaultkeep'],
    });
  });
});
