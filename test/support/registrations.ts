import { randomBytes } from 'node:crypto';
import type { Answer, ProblemBody, TokenBody } from './api';
import type { TestApp } from './app';
import { nextLink } from './mailbox';
import { expectProblem } from './problem';

export interface Registration {
  readonly email: string;
  readonly password: string;
  readonly displayName?: string;
}

export function newAddress(): string {
  return `mailbox-${randomBytes(6).toString('hex')}@example.com`;
}

export async function register({ api }: TestApp, registration: Registration): Promise<void> {
  const { status, text } = await api.post('/v1/auth/register', { json: registration });
  if (status !== 202 || text !== '{}') throw new Error(`registration answered ${status} ${text}`);
}

export async function resend({ api }: TestApp, email: string): Promise<void> {
  const { status, text } = await api.post('/v1/auth/email/verify/resend', { json: { email } });
  if (status !== 202 || text !== '{}') throw new Error(`resending answered ${status} ${text}`);
}

/** The tokens of the next mails for an address. Which is of which is not known: mails overtake each other. */
export async function nextLinks(app: TestApp, email: string, count: number): Promise<string[]> {
  const tokens = [];
  while (tokens.length < count) tokens.push(await nextLink(app, email));
  return tokens;
}

/** Registers, and gives the token of the mail that this caused. */
export async function linkOf(app: TestApp, registration: Registration): Promise<string> {
  await register(app, registration);
  return nextLink(app, registration.email);
}

export async function verify(
  { api }: TestApp,
  token: unknown,
  password?: unknown,
): Promise<Answer<ProblemBody>> {
  return api.post<ProblemBody>('/v1/auth/email/verify', { json: { token, password } });
}

/** A new account with a verified address, made without a request and without a mail. */
export async function someoneVerified(app: TestApp): Promise<Registration> {
  const person = await app.someone();
  await app.query('UPDATE users SET email_verified = true WHERE email = $1', [person.email]);
  return person;
}

/** The subjects of everything that came for an address. */
export async function subjectsFor(app: TestApp, email: string): Promise<string[]> {
  await app.mailsSent();
  return app.smtp.for(email).map(({ subject }) => subject);
}

/** Tells good links from dead ones without using one up: only with a good one the password is looked at. */
export async function expectGood(app: TestApp, ...tokens: readonly string[]): Promise<void> {
  for (const token of tokens)
    expectProblem(await verify(app, token, 'never used as a password'), 401, 'invalid-credentials');
}

export async function expectDead(app: TestApp, ...tokens: readonly unknown[]): Promise<void> {
  for (const token of tokens) expectProblem(await verify(app, token), 422, 'invalid-or-expired-token');
}

/** Of many uses at once one succeeded, and the others found the link dead. */
export function expectUsedOnce(answers: readonly Answer<ProblemBody>[]): void {
  const lost = answers.filter(({ status }) => status !== 204);
  expect(lost).toHaveLength(answers.length - 1);
  for (const answer of lost) expectProblem(answer, 422, 'invalid-or-expired-token');
}

export async function logIn({ api }: TestApp, { email, password }: Registration) {
  return api.post<TokenBody & { deviceToken: string }>('/v1/auth/login', {
    json: { email, password },
  });
}

/** Signs in and reads one's own profile. */
export async function profileOf(app: TestApp, person: Registration): Promise<Record<string, unknown>> {
  const { body } = await logIn(app, person);
  return (await app.api.get('/v1/users/me', { token: body.accessToken })).body;
}

/** The account is its owner's: their password and name, no other password, and no attempt of anybody's is left. */
export async function expectOwnedBy(
  app: TestApp,
  owner: Registration,
  ...others: readonly string[]
): Promise<void> {
  const { email, displayName = null } = owner;
  expect(await profileOf(app, owner)).toMatchObject({ email, displayName, emailVerified: true });
  for (const password of others) expect((await logIn(app, { email, password })).status).toBe(401);
  expect(await attemptsOf(app, email)).toEqual([]);
}

/** What is kept of the registrations beyond the one that made the account. */
export async function attemptsOf(app: TestApp, email: string): Promise<object[]> {
  const text =
    'SELECT a.* FROM registration_attempts a JOIN users u ON u.id = user_id WHERE email = $1 ORDER BY a.id';
  return app.query(text, [email]);
}
