import { randomBytes } from 'node:crypto';
import { RolesService } from '../../src/roles';
import { type TestApp } from './app';
import { openSession } from './sessions';

export interface Account {
  readonly id: string;
  readonly email: string;
  readonly password: string;
}

/** A user who is signed in. */
export interface Member extends Account {
  readonly token: string;
  readonly refreshToken: string;
}

/** A new account with a verified address and these roles. */
export async function anAccount(app: TestApp, ...roles: string[]): Promise<Account> {
  const person = await app.someone();
  const [row] = await app.query<{ id: string }>(
    'UPDATE users SET email_verified = true, roles = $2 WHERE email = $1 RETURNING id',
    [person.email, roles],
  );
  return { ...person, id: row?.id ?? '' };
}

/** The owner of such an account, signed in. */
export async function aMember(app: TestApp, ...roles: string[]): Promise<Member> {
  const account = await anAccount(app, ...roles);
  const { accessToken: token, refreshToken } = await openSession(app, account);
  return { ...account, token, refreshToken };
}

/** The name of a new role. */
export async function aRole(app: TestApp, ...permissions: string[]): Promise<string> {
  const name = `role-${randomBytes(6).toString('hex')}`;
  await app.nest.get(RolesService).save({ name, description: null, permissions });
  return name;
}

/** A signed-in user with these permissions and no others. */
export async function aMemberWho(app: TestApp, ...permissions: string[]): Promise<Member> {
  return aMember(app, await aRole(app, ...permissions));
}
