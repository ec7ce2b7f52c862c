import type { Answer, ProblemBody, TokenBody } from './support/api';
import { PASSWORD, startApp, type TestApp } from './support/app';
import { expectProblem, violations } from './support/problem';
import { expectOpen } from './support/sessions';
import { tokenIn } from './support/smtp-sink';
import { writtenBy } from './support/written';

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

describe.each([
  ['reset', 'by the link of a mail'],
  ['change', 'by the current one'],
])('setting a password (%s), %s,', (way) => {
  let email: string;
  let tokens: TokenBody;
  let link: string;

  beforeAll(async () => {
    email = `morwenna.${way}sky@example.com`;
    await post('register', { email, displayName: 'Morwenna Tregarthen', password: PASSWORD });
    tokens = await app.signIn({ email, password: PASSWORD });
    await app.mailFor(email);
    await post('password/forgot', { email });
    link = tokenIn(await app.mailFor(email));
  });

  const set = async (newPassword: string) =>
    way === 'reset'
      ? post('password/reset', { token: link, newPassword })
      : post('password/change', { currentPassword: PASSWORD, newPassword }, tokens.accessToken);

  it.each([
    ['qmzufhl', 'password-too-short'],
    ['iloveyou', 'password-common'],
    ['qwertyuiopasdfgh', 'password-guessable'],
    ['Morwenna Tregarthen 7', 'password-personal'],
    [`MORWENNA.${way}sky1`, 'password-personal'],
    ['Vaultkeep2024Vaultkeep', 'password-personal'],
  ])('refuses %j as %s, and nothing is over or used up', async (newPassword, code) => {
    const before = await writtenBy(app);
    const answer = await set(newPassword);
    expectProblem(answer, 422, 'validation-failed');
    expect(violations(answer)).toEqual({ '/newPassword': code });
    expect(await writtenBy(app)).toEqual(before);
    expect(await statusOfSignIn(email, PASSWORD)).toBe(200);
  });

  it('takes a good one after that', async () => {
    const renewed = await app.api.post<TokenBody>('/v1/auth/refresh', {
      json: { refreshToken: tokens.refreshToken },
    });
    expect(renewed.status).toBe(200);
    expect((await set('Vaultkeep otters knit 3 scarves')).status).toBe(204);
    expect(await statusOfSignIn(email, PASSWORD)).toBe(401);
    expect(await statusOfSignIn(email, 'Vaultkeep otters knit 3 scarves')).toBe(200);
    if (way === 'change') await expectOpen(app, renewed.body);
  });
});

describe('the policy document', () => {
  it('tells the lengths that are in force', async () => {
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
      (await post('register', { email: `long-${count}@example.com`, password: ofLength(count) })).status;
    const lengths = [minLength - 1, minLength, maxLength, maxLength + 1];
    expect(await Promise.all(lengths.map(statusOf))).toEqual([422, 202, 202, 422]);
  });

  it('tells what else is refused, and the words that nobody may use', async () => {
    const { body } = await app.api.get('/v1/auth/policy');
    expect(body.password).toMatchObject({
      refused: ['common', 'guessable', 'personal'],
      contextWords: ['Vaultkeep'],
    });
  });
});
