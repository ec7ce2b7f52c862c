import { randomBytes } from 'node:crypto';
import { RolesService } from '../../src/roles';
import { type TestApp } from './app';

/** Somebody who is signed in. */
export interface Member {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly token: string;
  readonly refreshToken: string;
}

/** Somebody new with a verified address and these roles. */
export async function aMember(app: TestApp, ...roles: string[]): Promise<Member> {
  const person = await app.someone();
  const [row] = await app.query<{ id: string }>(
    'UPDATE users SET email_verified = true, roles = $2 WHERE email = $1 RETURNING id',
    [person.email, roles],
  );
  const { accessToken: token, refreshToken } = await app.signIn(person);
  return { ...person, id: row?.id ?? '', token, refreshToken };
}

/** The name of a new role. */
export async function aRole(app: TestApp, ...permissions: string[]): Promise<string> {
  const name = `role-${randomBytes(6).toString('hex')}`;
  await app.nest.get(RolesService).save({ name, description: null, permissions });
  return name;
}

/** Somebody new who may do this and nothing else. */
export async function aMemberWho(app: TestApp, ...permissions: string[]): Promise<Member> {
  return aMember(app, await aRole(app, ...permissions));
}
