import { SessionsService } from '../../src/sessions';
import { UsersService } from '../../src/users';
import type { TokenBody } from './api';
import type { TestApp } from './app';

interface Person {
  readonly email: string;
  readonly password: string;
}

export async function userIdOf(app: TestApp, email: string): Promise<string> {
  const [row] = await app.query<{ id: string }>('SELECT id FROM users WHERE email = $1', [email]);
  if (!row) throw new Error(`no user has the address ${email}`);
  return row.id;
}

/** Changes a user as the administration does, in one transaction. */
export async function disable(app: TestApp, userId: string): Promise<void> {
  await app.database.transaction(async () => {
    await app.nest.get(UsersService).lock({ id: userId });
    await app.query(`UPDATE users SET status = 'disabled' WHERE id = $1`, [userId]);
    await app.nest.get(SessionsService).revokeAllOf(userId);
  });
}

export async function changePassword(
  app: TestApp,
  { accessToken: token }: TokenBody,
  currentPassword: string,
  newPassword: string,
): Promise<number> {
  const json = { currentPassword, newPassword };
  return (await app.api.post('/v1/auth/password/change', { token, json })).status;
}

export async function changeAddress(
  app: TestApp,
  { accessToken: token }: TokenBody,
  newEmail: string,
  password: string,
): Promise<number> {
  return (await app.api.post('/v1/auth/email/change', { token, json: { newEmail, password } })).status;
}

export async function deleteAccount(
  app: TestApp,
  { accessToken: token }: TokenBody,
  { password }: Person,
): Promise<number> {
  return (await app.api.post('/v1/users/me/delete', { token, json: { password } })).status;
}

/** The status of a public route that takes the token of a mail. */
export async function redeem(
  app: TestApp,
  path: 'email/verify' | 'email/change/confirm' | 'email/change/undo',
  json: { token: string; password?: string },
): Promise<number> {
  return (await app.api.post(`/v1/auth/${path}`, { json })).status;
}
