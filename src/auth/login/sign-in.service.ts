import { Injectable } from '@nestjs/common';
import { acrOf, satisfiesAcr } from '../../access';
import { Database } from '../../platform/database';
import { EventBus } from '../../platform/events';
import type { ClientInfo } from '../../platform/http';
import type { RateLimitAttempt } from '../../platform/rate-limits';
import { type Authentication, type OpenSession, SessionStore, type SessionUser } from '../../sessions';
import type { User } from '../../users';
import type { LoginResponse } from '../auth.dto';
import { InvalidCredentials } from '../auth.errors';
import { SignedIn, SignInFailed } from '../auth.events';
import { PrincipalLoader } from '../principal-loader';
import { AddedTokenClaims } from '../token/access-token-claims';
import { TokenIssuer } from '../token/token-issuer';
import { LoginChecks } from './login-checks';
import { PendingSignIns } from '../second-step/pending-sign-ins';
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

/** A sign-in whose second step has passed. */
export interface CompletedStep extends Opening {
  /** As read before the first step. */
  readonly sessionsEpoch: number;
  /** The name of the known device; null for an unknown one. */
  readonly device: string | null;
  /** Uses the proof of the second step up, in the transaction that opens the session; a throw opens none. */
  readonly accept: () => Promise<void>;
}

type Opening = Omit<SignInProof, 'attempt' | 'deviceToken'> & { readonly accept?: () => Promise<void> };

/** Opens the sessions of every way to sign in. */
@Injectable()
export class SignInService {
  constructor(
    private readonly principals: PrincipalLoader,
    private readonly checks: LoginChecks,
    private readonly steps: PendingSignIns,
    private readonly limits: LoginLimits,
    private readonly claims: AddedTokenClaims,
    private readonly sessions: SessionStore,
    private readonly issuer: TokenIssuer,
    private readonly notices: SecurityNotices,
    private readonly database: Database,
    private readonly events: EventBus,
  ) {}

  /**
   * Opens a session for a user whose credentials were verified, after the login checks and past no factor of the user.
   * @param user as read before the credentials were verified
   * @throws MfaRequired where the second step is missing; InvalidCredentials where the user may not sign in, or was recovered, disabled or
   * deleted since; the error of a login check; RateLimited after too many sign-ins
   */
  async openFor(user: User, proof: SignInProof): Promise<LoginResponse> {
    if (!this.principals.maySignIn(user)) throw new InvalidCredentials();
    const { id: userId, email, roles } = user;
    const { methods, client } = proof;
    await this.checks.check({ userId, email, roles, methods, client });
    // Proof and checks have passed, so the attempt was no guess, whatever follows.
    await this.limits.recordSuccess(proof.attempt, user, proof.deviceToken);
    if (user.hasFactor && !satisfiesAcr(acrOf(methods), 'aal2')) throw await this.steps.begin(user, proof);
    return this.open(user, proof, this.limits.renewDevice(user, proof.deviceToken));
  }

  /**
   * Opens the session of a sign-in whose second step has passed. The login checks run again, with the methods of both steps.
   * @param user as it is now
   * @throws as `openFor`
   */
  async complete(user: User, step: CompletedStep): Promise<LoginResponse> {
    if (!this.principals.maySignIn(user)) throw new InvalidCredentials();
    const { id: userId, email, roles, accessVersion } = user;
    const { methods, client, sessionsEpoch, device } = step;
    await this.checks.check({ userId, email, roles, methods, client });
    const deviceToken = this.limits.renewNamedDevice(user, device);
    return this.open({ id: userId, roles, accessVersion, sessionsEpoch }, step, deviceToken);
  }

  private async open(user: SessionUser, proof: Opening, deviceToken: string): Promise<LoginResponse> {
    const { id: userId } = user;
    const { client, isSuspicious = false } = proof;
    const claims = await this.claims.collect(async () => ({ userId }));
    const session = await this.openSession(user, proof).catch(async (error: unknown) => {
      // Outside the transaction, which is rolled back.
      if (error instanceof InvalidCredentials)
        await this.events.publish(new SignInFailed({ actorId: null, subjectId: userId }));
      throw error;
    });
    if (isSuspicious) await this.notices.notifyNewSignIn({ userId, sessionId: session.id, client });
    const tokens = this.issuer.issue(session, claims);
    return Object.assign(tokens, { deviceToken });
  }

  private async openSession(user: SessionUser, proof: Opening): Promise<OpenSession> {
    return this.database.transaction(async () => {
      await proof.accept?.();
      const opened = await this.sessions.open(user, proof, proof.client);
      // A throw rolls the use of the second proof back.
      if (!opened) throw new InvalidCredentials();
      await this.events.publish(new SignedIn({ actorId: user.id, subjectId: user.id, sessionId: opened.id }));
      return opened;
    });
  }
}
