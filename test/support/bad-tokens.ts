import { generateKeyPairSync } from 'node:crypto';
import { UsersService } from '../../src/users';
import type { TestApp } from './app';
import { type Json, readJws, signer, writeJws } from './jws';
import type { TestUser } from './test-user';

/** An access token that must not be taken, and the code of the problem that it is answered with. */
export interface BadToken {
  readonly token: string;
  readonly code: 'invalid-token' | 'token-stale';
}

const thief = signer('ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);

type Spoiling = (app: TestApp, user: TestUser) => Promise<string> | string;

const forged =
  (header: Json, claims: Json): Spoiling =>
  (_, { token }) => {
    const genuine = readJws(token);
    return writeJws({ ...genuine.header, ...header }, { ...genuine.claims, ...claims }, thief);
  };

const SPOILINGS = {
  'stolen, and used after its session was ended': async (app, { email, password }) => {
    const { accessToken: token } = await app.signIn({ email, password });
    await app.api.post('/v1/auth/logout', { token });
    return token;
  },
  'older than a change of its user’s roles': async (app, { id, email, password }) => {
    const [user] = await app.query<{ roles: string[] }>('SELECT roles FROM users WHERE id = $1', [id]);
    const { accessToken } = await app.signIn({ email, password });
    const users = app.nest.get(UsersService);
    await users.setRoles(id, []);
    await users.setRoles(id, user?.roles ?? []);
    return accessToken;
  },
  'signed by an attacker with the kid of a published key': forged({}, {}),
  unsigned: (_, { token }) => {
    const { header, claims } = readJws(token);
    return writeJws({ ...header, alg: 'none' }, claims, () => '');
  },
  'genuine but for one claim': (_, { token }) => {
    const { header, claims, parts } = readJws(token);
    const altered = writeJws(header, { ...claims, roles: ['admin'] }, () => '');
    return altered + parts[2];
  },
  'of another issuer': forged({}, { iss: 'https://elsewhere.example' }),
  'for another audience': forged({}, { aud: 'https://elsewhere.example' }),
  'a refresh token': (_, { refreshToken }) => refreshToken,
  'no token at all': () => 'token',
} satisfies Readonly<Record<string, Spoiling>>;

export type BadTokenKind = keyof typeof SPOILINGS;

/** What an access token can be that must open nothing, for `it.each`. An expired one takes the clock: `app.clock.advance`. */
export const BAD_TOKENS = Object.keys(SPOILINGS) as BadTokenKind[];

/** Such a token for a user; what they hold themselves stays good, but for a change of roles. */
export async function badToken(app: TestApp, user: TestUser, kind: BadTokenKind): Promise<BadToken> {
  const spoil: Spoiling = SPOILINGS[kind];
  const code = kind === 'older than a change of its user’s roles' ? 'token-stale' : 'invalid-token';
  return { token: await spoil(app, user), code };
}

/** A refresh token of the user that a thief used before them: the one whose turn it is not any more. */
export async function stolenRefreshToken(app: TestApp, { refreshToken }: TestUser): Promise<string> {
  const json = { refreshToken };
  for (const turn of [1, 2]) {
    const { status, body } = await app.api.post<{ refreshToken: string }>('/v1/auth/refresh', { json });
    if (status !== 200) throw new Error(`refresh ${turn} answered ${status}`);
    json.refreshToken = body.refreshToken;
  }
  return refreshToken;
}
