import { AddedTokenClaims } from '../../src/auth/token/access-token-claims';
import { TokenIssuer } from '../../src/auth/token/token-issuer';
import { SessionStore } from '../../src/sessions';
import { UsersService } from '../../src/users';
import type { Answer, TokenBody } from './api';
import type { TestApp } from './app';
import { timed } from './costs';
import { readJws } from './jws';

/** A session as its owner is shown it. */
export interface SessionItem {
  readonly id: string;
  readonly current: boolean;
  readonly createdAt: string;
  readonly lastUsedAt: string;
  readonly expiresAt: string;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
}

export interface SessionPage {
  readonly items: readonly SessionItem[];
  readonly nextCursor: string | null;
}

const CLIENT = { ipAddress: '127.0.0.1', userAgent: 'node', language: null };

/** A session as a sign-in opens it, but without the password, the checks and the audit event; `app.signIn` sends the request. */
export async function openSession(
  { nest, clock }: TestApp,
  { email }: { readonly email: string },
): Promise<TokenBody> {
  return timed('signIn', async () => {
    const user = await nest.get(UsersService).findByEmail(email);
    const authentication = { methods: ['pwd'], authenticatedAt: clock.now() };
    const session = user && (await nest.get(SessionStore).open(user, authentication, CLIENT));
    if (!session) throw new Error(`no session was opened for ${email}`);
    const claims = await nest.get(AddedTokenClaims).collect(async () => ({ userId: user.id }));
    return nest.get(TokenIssuer).issue(session, claims);
  });
}

/** @param query with its question mark */
export async function askSessions(app: TestApp, token: string, query = ''): Promise<Answer<SessionPage>> {
  return app.api.get<SessionPage>(`/v1/sessions${query}`, { token });
}

export async function sessionsOf(app: TestApp, token: string, query = ''): Promise<SessionPage> {
  const { status, body } = await askSessions(app, token, query);
  if (status !== 200) throw new Error(`the list of sessions answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

/** The one that the token is of. */
export async function currentOf(app: TestApp, token: string): Promise<SessionItem> {
  const current = (await sessionsOf(app, token, '?limit=100')).items.filter((item) => item.current);
  const [only] = current;
  if (!only || current.length > 1) throw new Error(`${current.length} sessions are the current one`);
  return only;
}

/** A cursor, forged by an attacker who knows its format. */
export function cursorOf(id: string): string {
  return Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');
}

/** The session that an access token names. */
export function sessionIdOf(accessToken: string): string {
  return String(readJws(accessToken).claims.sid);
}

/** Neither the access tokens nor the refresh tokens of these are taken any more. */
export async function expectOver(app: TestApp, ...all: readonly TokenBody[]): Promise<void> {
  for (const tokens of all) expect(await statusesWith(app, tokens)).toEqual([401, 401]);
}

/** Both are; a refresh token is used up by it. */
export async function expectOpen(app: TestApp, ...all: readonly TokenBody[]): Promise<void> {
  for (const tokens of all) expect(await statusesWith(app, tokens)).toEqual([200, 200]);
}

async function statusesWith({ api }: TestApp, { accessToken, refreshToken }: TokenBody): Promise<number[]> {
  const access = await api.get('/v1/auth/principal', { token: accessToken });
  const renewal = await api.post('/v1/auth/refresh', { json: { refreshToken } });
  return [access.status, renewal.status];
}
