import { randomBytes } from 'node:crypto';
import { RolesService } from '../../src/roles';
import { UsersService } from '../../src/users';
import type { Answer, Call, TokenBody } from './api';
import type { TestApp } from './app';
import type { TestFactor } from './test-factors';

/** The rights of a user; none by default. */
export interface Rights {
  readonly permissions?: readonly string[];
  /** Of those that exist, `admin` among them. */
  readonly roles?: readonly string[];
}

export interface SignInOptions extends Rights {
  /** A second factor, added before the first sign-in with it; from then on every sign-in passes it. */
  readonly factor?: TestFactor;
}

/** A signed-in user. Requests carry the access token. */
export class TestUser {
  /** @param app the application that they are signed in to */
  constructor(
    private readonly app: TestApp,
    readonly id: string,
    readonly email: string,
    readonly password: string,
    readonly token: string,
    readonly refreshToken: string,
  ) {}

  /**
   * Signs in a user with a verified address and exactly these rights.
   * @param openSession takes all the steps of the sign-in
   */
  static async signIn(
    app: TestApp,
    person: { readonly email: string; readonly password: string },
    { permissions = [], roles: held = [] }: Rights,
    openSession: () => Promise<TokenBody>,
  ): Promise<TestUser> {
    const own = permissions.length > 0 ? [`test-${randomBytes(6).toString('hex')}`] : [];
    for (const name of own)
      await app.nest.get(RolesService).save({ name, description: null, permissions: [...permissions] });
    const [user] = await app.query<{ id: string }>(
      'UPDATE users SET email_verified = true WHERE email = $1 RETURNING id',
      [person.email],
    );
    const id = user?.id ?? '';
    await app.nest.get(UsersService).setRoles(id, [...held, ...own]);
    const { accessToken, refreshToken } = await openSession();
    return new TestUser(app, id, person.email, person.password, accessToken, refreshToken);
  }

  async send<Body = Record<string, unknown>>(
    method: string,
    path: string,
    call: Call = {},
  ): Promise<Answer<Body>> {
    return this.app.api.send<Body>(method, path, { token: this.token, ...call });
  }

  async get<Body = Record<string, unknown>>(path: string): Promise<Answer<Body>> {
    return this.send<Body>('GET', path);
  }

  async post<Body = Record<string, unknown>>(path: string, json?: unknown): Promise<Answer<Body>> {
    return this.send<Body>('POST', path, { json });
  }

  async put<Body = Record<string, unknown>>(path: string, json?: unknown): Promise<Answer<Body>> {
    return this.send<Body>('PUT', path, { json });
  }

  async patch<Body = Record<string, unknown>>(path: string, json?: unknown): Promise<Answer<Body>> {
    return this.send<Body>('PATCH', path, { json });
  }

  async delete<Body = Record<string, unknown>>(path: string): Promise<Answer<Body>> {
    return this.send<Body>('DELETE', path);
  }
}
