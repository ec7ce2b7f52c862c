import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database';
import { EventBus } from '../../platform/events';
import type { ClientInfo } from '../../platform/http';
import type { RateLimitAttempt } from '../../platform/rate-limits';
import { type Authentication, type OpenSession, SessionStore } from '../../sessions';
import type { User } from '../../users';
import type { LoginResponse } from '../auth.dto';
import { InvalidCredentials } from '../auth.errors';
import { SignedIn, SignInFailed } from '../auth.events';
import { PrincipalLoader } from '../principal-loader';
import { AddedTokenClaims } from '../token/access-token-claims';
import { TokenIssuer } from '../token/token-issuer';
import { LoginChecks } from './login-checks';
import { LoginLimits } from './login-limits';
import { SecurityNotices } from './security-notices';

/** What a way to sign in has proved about a user. */
export interface SignInProof extends Authentication {
  readonly client: ClientInfo;
  /** As presented; the response carries the next one. */
  readonly deviceToken?: string | null | undefined;
  /** Refunded once the login checks have passed. */
  readonly attempt?: RateLimitAttempt | undefined;
  /** Whether the owner gets a notice mail: the device is unknown, and earlier attempts failed. */
  readonly isSuspicious?: boolean | undefined;
}

/** Opens the sessions of every way to sign in. */
@Injectable()
export class SignInService {
  constructor(
    private readonly principals: PrincipalLoader,
    private readonly checks: LoginChecks,
    private readonly limits: LoginLimits,
    private readonly claims: AddedTokenClaims,
    private readonly sessions: SessionStore,
    private readonly issuer: TokenIssuer,
    private readonly notices: SecurityNotices,
    private readonly database: Database,
    private readonly events: EventBus,
  ) {}

  /**
   * Opens a session for a user whose credentials were verified, after the login checks.
   * @param user as read before the credentials were verified
   * @throws InvalidCredentials where the user may not sign in, or was recovered, disabled or deleted since; the error of a login check;
   * RateLimited after too many sign-ins
   */
  async openFor(user: User, proof: SignInProof): Promise<LoginResponse> {
    if (!this.principals.maySignIn(user)) throw new InvalidCredentials();
    const { id: userId, email, roles } = user;
    const { methods, client } = proof;
    await this.checks.check({ userId, email, roles, methods, client });
    // Proof and checks have passed, so the attempt was no guess, whatever follows.
    await this.limits.recordSuccess(proof.attempt, userId);
    return this.open(user, proof);
  }

  private async open(user: User, proof: SignInProof): Promise<LoginResponse> {
    const { id: userId } = user;
    const { client, deviceToken, isSuspicious = false } = proof;
    const claims = await this.claims.collect(async () => ({ userId }));
    const session = await this.openSession(user, proof);
    if (isSuspicious) await this.notices.notifyNewSignIn({ userId, sessionId: session.id, client });
    const tokens = this.issuer.issue(session, claims);
    return Object.assign(tokens, { deviceToken: this.limits.renewDevice(user, deviceToken) });
  }

  private async openSession(user: User, proof: SignInProof): Promise<OpenSession> {
    const session = await this.database.transaction(async () => {
      const opened = await this.sessions.open(user, proof, proof.client);
      const LoginEvent = opened ? SignedIn : SignInFailed;
      const facts = { actorId: opened?.userId ?? null, subjectId: user.id, sessionId: opened?.id };
      await this.events.publish(new LoginEvent(facts));
      return opened;
    });
    if (!session) throw new InvalidCredentials();
    return session;
  }
}
