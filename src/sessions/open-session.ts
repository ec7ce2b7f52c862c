import type { SessionRow } from './session.store';

/** Whom a session is opened for. */
export interface SessionUser {
  readonly id: string;
  readonly roles: readonly string[];
  readonly accessVersion: number;
  readonly sessionsEpoch: number;
}

/** A live session with what its client is given. */
export interface OpenSession extends Pick<
  SessionRow,
  'id' | 'userId' | 'methods' | 'authenticatedAt' | 'accessVersion' | 'roles'
> {
  readonly refreshToken: string;
  readonly refreshExpiresAt: Date;
  /** The instant by which all of this was decided. */
  readonly issuedAt: Date;
  /** When it is over however much it is used. */
  readonly endsAt: Date;
  /** The `jti` for its next access token. */
  readonly tokenId: string;
}

/** How a refresh went; see the contract's table. A refusal is a value: a throw could undo the revocation it reports. */
export type RotationResult =
  | { readonly outcome: 'rotated' | 'replayed'; readonly session: OpenSession }
  | { readonly outcome: 'reused'; readonly sessionId: string; readonly userId: string }
  | { readonly outcome: 'refused' };
