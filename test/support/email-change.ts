import type { Answer, ProblemBody, TokenBody } from './api';
import { PASSWORD, type TestApp } from './app';
import { nextLink } from './mailbox';
import { expectProblem } from './problem';
import type { Registration } from './registrations';

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

/**
 * Moves an account to another mailbox, by a person who knows its password and reads that mailbox.
 * @returns the undo link that went to the one before
 */
export async function moveTo(app: TestApp, from: Registration, to: string): Promise<string> {
  const { status } = await askForChange(app, await app.signIn(from), to, from.password);
  if (status !== 202) throw new Error(`asking for a change answered ${status}`);
  const confirmation = await confirmChange(app, await nextLink(app, to, 'newAddress'));
  if (confirmation.status !== 204) throw new Error(`confirming answered ${confirmation.status}`);
  return nextLink(app, from.email, 'undo');
}

export async function canSignIn(app: TestApp, person: Registration): Promise<boolean> {
  return (await app.api.post('/v1/auth/login', { json: person })).status === 200;
}

/** It is worth nothing, whatever it once was. */
export function expectDead(...answers: readonly Answer<ProblemBody>[]): void {
  for (const answer of answers) expectProblem(answer, 422, 'invalid-or-expired-token');
}

/** The account as the holder of the token sees it. */
export async function profileWith(app: TestApp, token: string): Promise<Record<string, unknown>> {
  const { status, body } = await app.api.get('/v1/users/me', { token });
  if (status !== 200) throw new Error(`the profile answered ${status}`);
  return body;
}
