import { randomBytes } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { LONGEST_ACCESS_TOKEN_MINUTES } from '../access';
import { Clock } from '../platform/clock';
import { Database } from '../platform/database';
import { Keyring } from '../platform/keyring';
import { EndedSessions } from './ended-sessions';
import {
  digestOf,
  readRefreshToken,
  type RefreshClaim,
  SECRET_BYTES,
  writeRefreshToken,
} from './refresh-token';
import { openClaim, sealClaim } from './sealed-claim';
import { Session } from './session.entity';
import { SessionSettings } from './session.settings';
import { type Bounds, type Claimed, type SessionRow, SessionStore } from './session.store';

// A minute more than they live, because an end and a token may be dated by different instants of one request.
const ACCESS_TOKENS_LIVE_MS = (LONGEST_ACCESS_TOKEN_MINUTES + 1) * 60_000;

/** A live session with what its client is given. */
export interface OpenSession extends Pick<
  SessionRow,
  'id' | 'userId' | 'methods' | 'authenticatedAt' | 'accessVersion'
> {
  readonly refreshToken: string;
  readonly refreshExpiresAt: Date;
  /** When it is over however much it is used. */
  readonly endsAt: Date;
  /** The `jti` for its next access token. */
  readonly tokenId: string;
}

/** How a refresh went; see the contract's table. A refusal is a value: a throw could undo the revocation it reports. */
export type Rotation =
  | { readonly outcome: 'rotated' | 'replayed'; readonly session: OpenSession }
  | { readonly outcome: 'reused'; readonly sessionId: string; readonly userId: string }
  | { readonly outcome: 'refused' };

/** Where somebody is signed in. Knows the user's id and nothing else of them. */
@Injectable()
export class SessionsService implements OnModuleInit {
  private readonly ended = new EndedSessions(ACCESS_TOKENS_LIVE_MS);
  private key: Buffer;

  constructor(
    private readonly store: SessionStore,
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
    private readonly settings: SessionSettings,
  ) {}

  async onModuleInit(): Promise<void> {
    this.key = (await this.keyring.secretFor('refresh')).material;
    // A restart must not revive the access tokens of sessions that ended before it.
    const ended = await this.store.endedSince(new Date(this.clock.nowMs() - ACCESS_TOKENS_LIVE_MS));
    for (const { id, revokedAt } of ended) this.ended.add(id, revokedAt.getTime());
  }

  /** @param methods how the user proved who they are (RFC 8176) */
  async open(user: { id: string; accessVersion: number }, methods: string[]): Promise<OpenSession> {
    const now = this.clock.now();
    const secret = randomBytes(SECRET_BYTES);
    const row = {
      id: uuidv7(),
      userId: user.id,
      methods,
      generation: 0,
      authenticatedAt: now,
      createdAt: now,
      lastUsedAt: now,
    };
    await this.database
      .repository(Session)
      .insert({ ...row, secretDigest: digestOf(secret), rotatedAt: now });
    return this.opened({ ...row, accessVersion: user.accessVersion }, secret);
  }

  /** Takes a refresh token for the next generation of its session. */
  async rotate(refreshToken: string): Promise<Rotation> {
    const claim = readRefreshToken(refreshToken, this.key);
    const row = claim && (await this.store.rotate(claimedBy(claim), this.bounds()));
    // Memory learns of it whoever ended it: an earlier answer from the database may have been lost on the way.
    if (row?.isRevoked) this.refuseAccess(row.id);
    if (!claim || !row || row.outcome === 'refused') return { outcome: 'refused' };
    if (row.outcome !== 'reused') return { outcome: row.outcome, session: this.opened(row, claim.secret) };
    return { outcome: 'reused', sessionId: row.id, userId: row.userId };
  }

  /**
   * The same session after its user proved again who they are: a new `authenticatedAt` and the next generation.
   * @param tokenId the `jti` of an access token of this session
   * @returns null where the session is no longer live
   */
  async renew(sessionId: string, tokenId: string): Promise<OpenSession | null> {
    const claim = openClaim(tokenId, sessionId, this.key);
    const row = claim && (await this.store.renew(claimedBy(claim), this.bounds()));
    if (claim && row) return this.opened(row, claim.secret);
    // Over in the database, whatever memory knew: the token presented must not go on working.
    this.refuseAccess(sessionId);
    return null;
  }

  async end(sessionId: string): Promise<void> {
    await this.store.end(sessionId, this.clock.now());
    this.refuseAccess(sessionId);
  }

  /** Ends the session of a refresh token of any generation it has had; a token that is not genuine ends nothing. */
  async endByRefreshToken(refreshToken: string): Promise<void> {
    const claim = readRefreshToken(refreshToken, this.key);
    if (!claim || !(await this.store.endClaimed(claimedBy(claim), this.clock.now()))) return;
    this.refuseAccess(claim.sessionId);
  }

  /** Whether access tokens of this session are refused. From memory. */
  hasEnded(sessionId: string): boolean {
    return this.ended.has(sessionId);
  }

  /** From now on, on this instance. */
  private refuseAccess(sessionId: string): void {
    this.ended.add(sessionId, this.clock.nowMs());
  }

  private opened(row: SessionRow, secret: Buffer): OpenSession {
    const { id, userId, methods, authenticatedAt, accessVersion, generation, lastUsedAt, createdAt } = row;
    const claim = { sessionId: id, generation, secret };
    const endsAtMs = createdAt.getTime() + this.settings.maxMs;
    return {
      id,
      userId,
      methods,
      authenticatedAt,
      accessVersion,
      refreshToken: writeRefreshToken(claim, this.key),
      refreshExpiresAt: new Date(Math.min(lastUsedAt.getTime() + this.settings.idleMs, endsAtMs)),
      endsAt: new Date(endsAtMs),
      tokenId: sealClaim(claim, this.key),
    };
  }

  private bounds(): Bounds {
    const now = this.clock.nowMs();
    const { idleMs, maxMs, graceMs } = this.settings;
    return {
      now: new Date(now),
      idleSince: new Date(now - idleMs),
      openedBy: new Date(now - maxMs),
      graceSince: graceMs > 0 ? new Date(now - graceMs) : null,
    };
  }
}

function claimedBy({ sessionId, generation, secret }: RefreshClaim): Claimed {
  return { sessionId, generation, secretDigest: digestOf(secret) };
}
