import { randomBytes } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type FindOptionsWhere, IsNull, LessThan, MoreThan } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { Clock } from '../platform/clock';
import { Database } from '../platform/database';
import { Feed } from '../platform/feed';
import { type ClientInfo, type PageQuery, startOf } from '../platform/http';
import { Keyring } from '../platform/keyring';
import {
  digestOf,
  readRefreshToken,
  type RefreshClaim,
  SECRET_BYTES,
  writeRefreshToken,
} from './refresh-token';
import { openClaim, sealClaim } from './sealed-claim';
import { Session } from './session.entity';
import { type Bounds, SessionSettings } from './session.settings';
import { type Claimed, type SessionRow, SessionStore } from './session.store';

/** A live session with what its client is given. */
export interface OpenSession extends Pick<
  SessionRow,
  'id' | 'userId' | 'methods' | 'authenticatedAt' | 'accessVersion'
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
export type Rotation =
  | { readonly outcome: 'rotated' | 'replayed'; readonly session: OpenSession }
  | { readonly outcome: 'reused'; readonly sessionId: string; readonly userId: string }
  | { readonly outcome: 'refused' };

/** Where somebody is signed in. Knows the user's id and nothing else of them. */
@Injectable()
export class SessionsService implements OnModuleInit {
  private key: Buffer;

  constructor(
    private readonly store: SessionStore,
    private readonly database: Database,
    private readonly feed: Feed,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
    private readonly settings: SessionSettings,
  ) {}

  async onModuleInit(): Promise<void> {
    this.key = (await this.keyring.secretFor('refresh')).material;
  }

  /** @param methods how the user proved who they are (RFC 8176) */
  async open(
    user: { id: string; accessVersion: number },
    methods: string[],
    client: ClientInfo,
  ): Promise<OpenSession> {
    const now = this.clock.now();
    const secret = randomBytes(SECRET_BYTES);
    const row = {
      id: this.clock.newId(),
      userId: user.id,
      methods,
      generation: 0,
      authenticatedAt: now,
      createdAt: now,
      lastUsedAt: now,
    };
    await this.database
      .repository(Session)
      .insert({ ...row, ...client, secretDigest: digestOf(secret), rotatedAt: now });
    return this.opened({ ...row, accessVersion: user.accessVersion }, secret, now);
  }

  /** The sessions of a user that are not over, newest first; one more than was asked for, where there is one. */
  async findLive(userId: string, page: PageQuery): Promise<Session[]> {
    const { idleSince, openedBy } = this.bounds();
    const after = startOf(page);
    return this.database.repository(Session).find({
      where: {
        userId,
        revokedAt: IsNull(),
        lastUsedAt: MoreThan(idleSince),
        createdAt: MoreThan(openedBy),
        ...(after !== undefined && { id: LessThan(after) }),
      },
      order: { id: 'DESC' },
      take: page.limit + 1,
    });
  }

  /** Takes a refresh token for the next generation of its session. */
  async rotate(refreshToken: string, client: ClientInfo): Promise<Rotation> {
    const claim = readRefreshToken(refreshToken, this.key);
    const bounds = this.bounds();
    const row = claim && (await this.store.rotate(claimedBy(claim), bounds, client));
    if (!claim || !row || row.outcome === 'refused') return { outcome: 'refused' };
    if (row.outcome !== 'reused')
      return { outcome: row.outcome, session: this.opened(row, claim.secret, bounds.now) };
    await this.feed.changed();
    return { outcome: 'reused', sessionId: row.id, userId: row.userId };
  }

  /**
   * The same session after its user proved again who they are: a new `authenticatedAt` and the next generation.
   * @param tokenId the `jti` of an access token of this session
   * @returns null where the session is no longer live
   */
  async renew(sessionId: string, tokenId: string, client: ClientInfo): Promise<OpenSession | null> {
    const claim = openClaim(tokenId, sessionId, this.key);
    const bounds = this.bounds();
    const row = claim && (await this.store.renew(claimedBy(claim), bounds, client));
    return claim && row ? this.opened(row, claim.secret, bounds.now) : null;
  }

  async end(sessionId: string): Promise<void> {
    await this.revoke({ id: sessionId });
  }

  /** @returns whether the user had such a session */
  async endOf(userId: string, sessionId: string): Promise<boolean> {
    return isUuid(sessionId) && (await this.revoke({ id: sessionId, userId })) > 0;
  }

  /** Ends all sessions of a user, but for one where that is named. */
  async endAllOf(userId: string, { except }: { except?: string } = {}): Promise<void> {
    await this.store.endAllOf(userId, except ?? null, this.clock.now());
    await this.feed.changed();
  }

  /** Ends the session of a refresh token of any generation it has had; a token that is not genuine ends nothing. */
  async endByRefreshToken(refreshToken: string): Promise<void> {
    const claim = readRefreshToken(refreshToken, this.key);
    if (!claim) return;
    await this.store.endClaimed(claimedBy(claim), this.clock.now());
    await this.feed.changed();
  }

  /** @returns how many were ended now */
  private async revoke(which: FindOptionsWhere<Session>): Promise<number> {
    const sessions = this.database.repository(Session);
    const { affected } = await sessions.update(
      { ...which, revokedAt: IsNull() },
      { revokedAt: this.clock.now() },
    );
    await this.feed.changed();
    return affected ?? 0;
  }

  private opened(row: SessionRow, secret: Buffer, issuedAt: Date): OpenSession {
    const { id, userId, methods, authenticatedAt, accessVersion, generation } = row;
    const claim = { sessionId: id, generation, secret };
    return {
      id,
      userId,
      methods,
      authenticatedAt,
      accessVersion,
      issuedAt,
      refreshToken: writeRefreshToken(claim, this.key),
      refreshExpiresAt: this.settings.expiryOf(row),
      endsAt: this.settings.endOf(row),
      tokenId: sealClaim(claim, this.key),
    };
  }

  private bounds(): Bounds {
    return this.settings.boundsAt(this.clock.nowMs());
  }
}

function claimedBy({ sessionId, generation, secret }: RefreshClaim): Claimed {
  return { sessionId, generation, secretDigest: digestOf(secret) };
}
