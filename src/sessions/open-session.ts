import type { Session } from './session.entity';

/** The user a session is opened for, as read before the credentials were checked. */
export interface SessionUser {
  readonly id: string;
  readonly roles: readonly string[];
  readonly accessVersion: number;
  readonly sessionsEpoch: number;
}

/** How and when a user authenticated. */
export interface Authentication {
  /** Authentication methods (RFC 8176). */
  readonly methods: readonly string[];
  readonly authenticatedAt: Date;
  /** When the session ends at the latest, however often it is used; null or absent: only by its age. */
  readonly endsAt?: Date | null | undefined;
}

/** A session with what its user may do, read in one statement. */
export interface SessionRow extends Pick<
  Session,
  'id' | 'userId' | 'generation' | 'authenticatedAt' | 'createdAt' | 'lastUsedAt' | 'endsAt'
> {
  readonly methods: readonly string[];
  readonly accessVersion: number;
  readonly roles: readonly string[];
}

/** A session as a refresh found it. */
export interface RotationRow extends SessionRow {
  readonly outcome: RotationResult['outcome'];
}

/** A session that was just opened, rotated or renewed, with all that its next tokens are made of. */
export interface OpenSession extends SessionRow {
  /** The `jti` of its next access token. */
  readonly jti: string;
  readonly refreshToken: string;
  /** The instant by which the statement decided. */
  readonly issuedAt: Date;
  /** When the session expires however often it is used. */
  readonly expiresAt: Date;
  readonly refreshExpiresAt: Date;
}

/** The outcome of a refresh. A refusal is a value, because a throw could roll back the revocation that it reports. */
export type RotationResult =
  | { readonly outcome: 'rotated' | 'replayed'; readonly session: OpenSession }
  | { readonly outcome: 'reused'; readonly sessionId: string; readonly userId: string }
  | { readonly outcome: 'refused' };
