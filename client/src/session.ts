import type { paths } from './generated/openapi.ts';
import type { SecondStep } from './second-step.ts';
import type {
  Answer,
  Body,
  ReauthenticationBody,
  ReauthenticationPath,
  SignInBody,
  SignInPath,
} from './session-routes.ts';

/** What a user enters to sign in. */
export type Credentials = Omit<Body<paths['/v1/auth/login']['post']>, 'deviceToken'>;

/** The signed-in user with roles and permissions, as the access token states them. */
export type Principal = Answer<paths['/v1/auth/principal']['get']>;

/** `unknown`: cookie mode, before the first response of the server or after a sign-in whose response was lost; scripts cannot read the cookies. */
export type SessionState = 'unknown' | 'signed-in' | 'signed-out';

export interface SessionChange {
  readonly state: SessionState;
  /** `unknown` together with `by: 'server'`: the state became known, and no user acted. */
  readonly was: SessionState;
  /** `server`: it confirmed the session, or reported that it ended: revoked, expired or signed out elsewhere. */
  readonly by: 'this-tab' | 'another-tab' | 'server';
}

/**
 * Stores device tokens in bearer mode; in cookie mode a cookie does. A device token states that a user signed in from this
 * device before. It grants no access, and gives the device a rate limit that the attempts of other devices do not use up.
 */
export interface DeviceTokens {
  load(email: string): Promise<string | undefined> | string | undefined;
  save(email: string, deviceToken: string): Promise<void> | void;
}

/** The session of the user who is signed in with this client. Methods that call the server throw `TypeError` where there is no response. */
export interface Session {
  readonly state: SessionState;

  /**
   * Signs in. Ends the former session, in cookie mode that of all tabs.
   *
   * @returns `undefined` once the user is signed in. For an account with a second factor, the step that completes the sign-in;
   * until then nothing has changed
   * @throws ProblemError `invalid-credentials`, `rate-limited` with `retryAfterSeconds`, `validation-failed`
   */
  signIn(credentials: Credentials): Promise<SecondStep | undefined>;

  /** As `signIn`, by another route that answers as the sign-in by password does, such as one of your modules. */
  signInWith<Path extends SignInPath>(path: Path, body: SignInBody<Path>): Promise<SecondStep | undefined>;

  /**
   * Ends the session at the server and in all tabs. Waits for a refresh in progress, so that none revives the session.
   *
   * @throws where the server could not be reached. In cookie mode the user is then still signed in: tell the user, who can
   * try again. In bearer mode the client discards the tokens in any case.
   */
  signOut(): Promise<void>;

  /**
   * Confirms the password of the signed-in user within the same session, after `StepUpRequired` (RFC 9470).
   *
   * @returns as `signIn`
   * @throws ProblemError `invalid-credentials`
   */
  reauthenticate(password: string): Promise<SecondStep | undefined>;

  /** As `reauthenticate`, by another route that answers so. */
  reauthenticateWith<Path extends ReauthenticationPath>(
    path: Path,
    body: ReauthenticationBody<Path>,
  ): Promise<SecondStep | undefined>;

  /** Returns the signed-in user, or `undefined` where no user is signed in. Call it when a page starts. */
  findPrincipal(): Promise<Principal | undefined>;

  /**
   * Calls the listener after every sign-in and sign-out, in this tab or another. After `signed-in` by `another-tab` the user may
   * be a different one: discard all data that was read before.
   *
   * @returns a function that removes the listener
   */
  onChange(listener: (change: SessionChange) => void): () => void;
}
