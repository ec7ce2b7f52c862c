/** Who is calling, as the access token and memory tell it: reading it costs no query. */
export interface Principal {
  readonly userId: string;
  readonly sessionId: string;
  /** The `jti` of the access token. */
  readonly tokenId: string;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
  /** When the user last proved who they are (`auth_time`). */
  readonly authenticatedAt: Date;
  readonly expiresAt: Date;
}
