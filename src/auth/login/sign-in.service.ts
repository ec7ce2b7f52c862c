import { Injectable } from '@nestjs/common';
import { acrOf, satisfiesAcr } from '../../access';
import { EventBus } from '../../platform/events';
import type { RateLimitAttempt } from '../../platform/rate-limits';
import type { User } from '../../users';
import type { LoginResponse } from '../auth.dto';
import { InvalidCredentials } from '../auth.errors';
import { SignInFailed } from '../auth.events';
import { PrincipalLoader } from '../principal-loader';
import { PendingSignIns } from '../second-step/pending-sign-ins';
import { LoginChecks } from './login-checks';
import { LoginLimits } from './login-limits';
import { type Opening, SessionOpener } from './session-opener';

/** What a way to sign in has proved about a user. */
export interface SignInProof extends Opening {
  /** As presented; the response carries the next one. */
  readonly deviceToken?: string | null | undefined;
  /** Refunded once the login checks have passed. */
  readonly attempt?: RateLimitAttempt | undefined;
}

/** A sign-in whose second step has passed. */
export interface CompletedStep extends Opening {
  /** As read before the first step. */
  readonly sessionsEpoch: number;
  /** The name of the known device; null for an unknown one. */
  readonly device: string | null;
  /** Uses the proof of the second step up. */
  readonly accept: () => Promise<void>;
}

/** Signs users in, whatever the way: the only caller of `SessionOpener`. */
@Injectable()
export class SignInService {
  constructor(
    private readonly principals: PrincipalLoader,
    private readonly checks: LoginChecks,
    private readonly limits: LoginLimits,
    private readonly steps: PendingSignIns,
    private readonly opener: SessionOpener,
    private readonly events: EventBus,
  ) {}

  /**
   * Opens a session for a user whose credentials were verified, after the login checks and past no factor of the user.
   * @param user as read before the credentials were verified
   * @throws MfaRequired where the second step is missing; InvalidCredentials where the user may not sign in, or was recovered, disabled or
   * deleted since; the error of a login check; RateLimited after too many sign-ins
   */
  async openFor(user: User, proof: SignInProof): Promise<LoginResponse> {
    await this.assertMaySignIn(user);
    const { id: userId, email, roles } = user;
    const { methods, client } = proof;
    await this.checks.check({ userId, email, roles, methods, client });
    const isSecondStepPassed = satisfiesAcr(acrOf(methods), 'aal2');
    // Proof and checks have passed, so the attempt was no guess, whatever follows. A proof of two factors counts as no correct password:
    // a person who has only the password must not exhaust the limit of the owner.
    if (!isSecondStepPassed || proof.attempt)
      await this.limits.recordSuccess(proof.attempt, user, proof.deviceToken);
    if (user.hasFactor && !isSecondStepPassed) throw await this.steps.begin(user, proof);
    const deviceToken = this.limits.renewDevice(user, proof.deviceToken);
    return Object.assign(await this.opener.open(user, proof), { deviceToken });
  }

  /**
   * Opens the session of a sign-in whose second step has passed. The login checks run again, with the methods of both steps.
   * @param user as it is now
   * @throws as `openFor`
   */
  async complete(user: User, step: CompletedStep): Promise<LoginResponse> {
    await this.assertMaySignIn(user);
    const { id: userId, email, roles, accessVersion } = user;
    const { methods, client, sessionsEpoch, device } = step;
    await this.checks.check({ userId, email, roles, methods, client });
    const deviceToken = this.limits.renewNamedDevice(user, device);
    const tokens = await this.opener.open({ id: userId, roles, accessVersion, sessionsEpoch }, step);
    return Object.assign(tokens, { deviceToken });
  }

  /** @throws InvalidCredentials for an account that is disabled, or has to be verified first */
  private async assertMaySignIn(user: User): Promise<void> {
    if (this.principals.maySignIn(user)) return;
    await this.events.publish(new SignInFailed({ actorId: null, subjectId: user.id }));
    throw new InvalidCredentials();
  }
}
