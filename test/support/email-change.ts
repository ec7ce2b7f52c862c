import type { Answer, ProblemBody, TokenBody } from './api';
import { PASSWORD, type TestApp } from './app';
import { expectProblem } from './problem';
import { tokenIn } from './smtp-sink';

export interface Person {
  readonly email: string;
  readonly password: string;
}

let mailboxes = 0;

/** An address that nobody has used yet. */
export const aMailbox = () => `mailbox-${++mailboxes}@example.com`;

/** Registers somebody whose mailbox is proven, and whose mails so far are read. */
export async function aPerson(app: TestApp): Promise<Person> {
  const person = await app.someone();
  const { status } = await app.api.post('/v1/auth/email/verify', {
    json: { token: await linkFor(app, person.email) },
  });
  if (status !== 204) throw new Error(`verifying answered ${status}`);
  return person;
}

/** The token of the next mail for an address. */
export async function linkFor(app: TestApp, address: string): Promise<string> {
  return tokenIn(await app.mailFor(address));
}

export async function askForChange(
  app: TestApp,
  { accessToken: token }: Pick<TokenBody, 'accessToken'>,
  newEmail: string,
  password = PASSWORD,
): Promise<Answer<ProblemBody>> {
  return app.api.post('/v1/auth/email/change', { token, json: { newEmail, password } });
}

export async function confirmChange(app: TestApp, token: string): Promise<Answer<ProblemBody>> {
  return app.api.post('/v1/auth/email/change/confirm', { json: { token } });
}

export async function undoChange(app: TestApp, token: string): Promise<Answer<ProblemBody>> {
  return app.api.post('/v1/auth/email/change/undo', { json: { token } });
}

export async function resetPassword(
  app: TestApp,
  token: string,
  newPassword: string,
): Promise<Answer<ProblemBody>> {
  return app.api.post('/v1/auth/password/reset', { json: { token, newPassword } });
}

/**
 * Moves an account to another mailbox, by whoever knows its password and reads that mailbox.
 * @returns the undo link that went to the one before
 */
export async function moveTo(app: TestApp, from: Person, to: string): Promise<string> {
  const { status } = await askForChange(app, await app.signIn(from), to, from.password);
  if (status !== 202) throw new Error(`asking for a change answered ${status}`);
  const confirmation = await confirmChange(app, await linkFor(app, to));
  if (confirmation.status !== 204) throw new Error(`confirming answered ${confirmation.status}`);
  return linkFor(app, from.email);
}

export async function canSignIn(app: TestApp, person: Person): Promise<boolean> {
  return (await app.api.post('/v1/auth/login', { json: person })).status === 200;
}

/** It is worth nothing, whatever it once was. */
export function expectDead(...answers: readonly Answer<ProblemBody>[]): void {
  for (const answer of answers) expectProblem(answer, 422, 'invalid-or-expired-token');
}

/** The account as whoever holds the token sees it. */
export async function profileWith(app: TestApp, token: string): Promise<Record<string, unknown>> {
  const { status, body } = await app.api.get('/v1/users/me', { token });
  if (status !== 200) throw new Error(`the profile answered ${status}`);
  return body;
}
