import type { Answer, ProblemBody } from './api';
import type { TestApp } from './app';
import { nextLink } from './mailbox';

export async function askForReset(app: TestApp, email: string): Promise<void> {
  const { status } = await app.api.post('/v1/auth/password/forgot', { json: { email } });
  if (status !== 202) throw new Error(`asking for a reset answered ${status}`);
}

/** The token of a new link. */
export async function resetLink(app: TestApp, email: string): Promise<string> {
  await askForReset(app, email);
  return nextLink(app, email, 'reset');
}

export async function reset(app: TestApp, token: string, newPassword: string): Promise<Answer<ProblemBody>> {
  return app.api.post<ProblemBody>('/v1/auth/password/reset', { json: { token, newPassword } });
}
