import type { paths } from './generated/openapi.ts';

type Answer<Operation> = Operation extends {
  responses: { 200: { content: { 'application/json': infer Body } } };
}
  ? Body
  : never;
type LoginBody = NonNullable<paths['/v1/auth/login']['post']['requestBody']>['content']['application/json'];

/** What a user types. */
export type Credentials = Omit<LoginBody, 'deviceToken'>;

/** Who is signed in, and what they may do, as the access token has it. */
export type Principal = Answer<paths['/v1/auth/principal']['get']>;

/** `unknown`: cookie mode, until something has been asked, or after a sign-in whose answer got lost: no script sees the cookies. */
export type SessionState = 'unknown' | 'signed-in' | 'signed-out';

export interface SessionChange {
  readonly state: SessionState;
  /** `unknown` by the `server`: that is what has been found out, and nobody did anything. */
  readonly was: SessionState;
  /** `server`: it said that the session goes on, or that it is over: ended elsewhere, expired, or revoked. */
  readonly by: 'this-tab' | 'another-tab' | 'server';
}

/**
 * Where device tokens are kept in bearer mode; in cookie mode a cookie does it. One tells that somebody signed in from here
 * before: it opens nothing, and keeps strangers who guess at passwords from locking that user out here.
 */
export interface DeviceTokens {
  load(email: string): Promise<string | undefined> | string | undefined;
  save(email: string, deviceToken: string): Promise<void> | void;
}

/** Of whoever is signed in with this client. All that asks the server throws `TypeError` where there is no answer. */
export interface Session {
  readonly state: SessionState;

  /**
   * Ends the session that there was, in cookie mode that of all tabs.
   * @throws ProblemError `invalid-credentials`, `rate-limited` with `retryAfterSeconds`, `validation-failed`
   */
  signIn(credentials: Credentials): Promise<void>;

  /**
   * Ends the session at the server, and in all tabs. A refresh that is under way comes first, so nothing revives it.
   * @throws where the server could not be told. In cookie mode the user is then still signed in: say so, and let them try
   * again. In bearer mode the tokens are forgotten all the same.
   */
  signOut(): Promise<void>;

  /**
   * Proves again who the user is, within the same session; mends `StepUpRequired` (RFC 9470).
   * @throws ProblemError `invalid-credentials`
   */
  reauthenticate(password: string): Promise<void>;

  /** Asks who is signed in, at the start of a page for one; `undefined` is nobody. */
  findPrincipal(): Promise<Principal | undefined>;

  /**
   * Tells when somebody has signed in or out, here or in another tab. After `signed-in` by `another-tab` it may be somebody else:
   * show nothing any more that was read before.
   * @returns a function that ends it
   */
  onChange(listener: (change: SessionChange) => void): () => void;
}
