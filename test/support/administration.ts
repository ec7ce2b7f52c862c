import type { Answer, ProblemBody, TokenBody } from './api';
import { PASSWORD, type TestApp } from './app';
import { expectProblem } from './problem';
import { tokenIn } from './smtp-sink';
import type { Member } from './staff';

/** A user as administrators see them. */
export interface UserBody {
  readonly id: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly displayName: string | null;
  readonly status: string;
  readonly roles: readonly string[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface RoleBody {
  readonly name: string;
  readonly description: string | null;
  readonly permissions: readonly string[];
}

export type Caller = Pick<Member, 'token'>;
type Told<Body> = Promise<Answer<Body & ProblemBody>>;

const INVITED = 'You are invited to Gatehouse';

export async function getUser({ api }: TestApp, { token }: Caller, id: string): Told<UserBody> {
  return api.get(`/v1/users/${id}`, { token });
}

export async function changeUser(
  { api }: TestApp,
  { token }: Caller,
  id: string,
  json: unknown,
): Told<UserBody> {
  return api.patch(`/v1/users/${id}`, { token, json });
}

export async function deleteUser({ api }: TestApp, { token }: Caller, id: string): Told<object> {
  return api.send('DELETE', `/v1/users/${id}`, { token });
}

/** Deletes the caller's own account. */
export async function leave({ api }: TestApp, { token, password }: Member): Told<object> {
  return api.post('/v1/users/me/delete', { token, json: { password } });
}

type TakePower = (app: TestApp, by: Caller, whom: Pick<Member, 'id'>) => Promise<Answer<object>>;

/** How one administrator takes the power of another. */
export const TAKE_POWER: readonly [how: string, take: TakePower][] = [
  ['disable', async (app, by, { id }) => changeUser(app, by, id, { status: 'disabled' })],
  ['demote', async (app, by, { id }) => changeUser(app, by, id, { roles: [] })],
  ['delete', async (app, by, { id }) => deleteUser(app, by, id)],
];

export async function endSessionsOf({ api }: TestApp, { token }: Caller, id: string): Told<object> {
  return api.send('DELETE', `/v1/users/${id}/sessions`, { token });
}

export async function saveRole(
  { api }: TestApp,
  { token }: Caller,
  name: string,
  ...permissions: string[]
): Told<RoleBody> {
  return api.send('PUT', `/v1/roles/${name}`, { token, json: { permissions } });
}

export async function deleteRole({ api }: TestApp, { token }: Caller, name: string): Told<object> {
  return api.send('DELETE', `/v1/roles/${name}`, { token });
}

export async function invite({ api }: TestApp, { token }: Caller, json: object): Told<UserBody> {
  return api.post('/v1/users', { token, json });
}

export async function accept(
  { api }: TestApp,
  token: string,
  json: object = { password: PASSWORD },
): Told<object> {
  return api.post('/v1/auth/invitations/accept', { json: { token, ...json } });
}

/** The token of the next invitation that comes for an address. */
export async function invitationFor(app: TestApp, email: string): Promise<string> {
  return tokenIn(await app.mailFor(email, INVITED));
}

/** Invites an address, and gives the token of the mail. */
export async function invited(
  app: TestApp,
  inviter: Caller,
  email: string,
  ...roles: string[]
): Promise<string> {
  const { status, text } = await invite(app, inviter, { email, roles });
  if (status !== 201) throw new Error(`inviting answered ${status} ${text}`);
  return invitationFor(app, email);
}

/** What a member may do, as the application sees it from memory. */
export async function permissionsOf({ api }: TestApp, { token }: Caller): Promise<unknown> {
  return (await api.get('/v1/auth/principal', { token })).body['permissions'];
}

/** The member with the tokens of a refresh. */
export async function refreshed({ api }: TestApp, member: Member): Promise<Member> {
  const { status, body } = await api.post<TokenBody>('/v1/auth/refresh', {
    json: { refreshToken: member.refreshToken },
  });
  if (status !== 200) throw new Error(`refreshing answered ${status}`);
  return { ...member, token: body.accessToken, refreshToken: body.refreshToken };
}

/** Refused, and told what else it would have taken. */
export function expectLacking(answer: Answer<object>, ...missing: readonly string[]): void {
  expectProblem(answer, 403, 'insufficient-permission');
  expect(answer.headers.get('www-authenticate')).toBe(
    `Bearer realm="Gatehouse", error="insufficient_scope", scope="${missing.join(' ')}"`,
  );
}

/** The account as stored: what an attack must leave as it was. */
export async function storedUser(app: TestApp, id: string): Promise<object | undefined> {
  const [user] = await app.query('SELECT email, email_verified, status, roles FROM users WHERE id = $1', [
    id,
  ]);
  return user;
}

/** Removes the role `admin` from all users, so that the next administrator is the only one. */
export async function withoutAdmins(app: TestApp): Promise<void> {
  await app.query(`UPDATE users SET roles = array_remove(roles, 'admin') WHERE roles @> ARRAY['admin']`);
}

/** Those who may do everything and sign in, by id. */
export async function activeAdmins(app: TestApp): Promise<string[]> {
  const text = `SELECT id FROM users WHERE roles @> ARRAY['admin'] AND status = 'active'`;
  return (await app.query<{ id: string }>(text)).map(({ id }) => id);
}

/** The row that every administrative change comes to first. */
export async function adminRow(app: TestApp): Promise<{ readonly table: 'roles'; readonly id: string }> {
  const [row] = await app.query<{ id: string }>(`SELECT id FROM roles WHERE name = 'admin'`);
  return { table: 'roles', id: row?.id ?? '' };
}
