import { Injectable } from '@nestjs/common';
import { AuthenticationRequired, type Principal } from '../../access';
import { UsersService } from '../../users';
import type { SecondStepResponse } from '../auth.dto';
import { SignInService } from '../login/sign-in.service';
import { LogoutService } from '../token/logout.service';
import { ReauthenticationService } from '../token/reauthentication.service';
import { TokenPrincipals } from '../token/token-principals';
import { FactorVerifier, type ProofAttempt } from './factor-verifier';
import { Factors } from './factors.service';
import { isSessionBound } from './mfa-token';
import { PendingSignIns } from './pending-sign-ins';
import { InvalidFactor, InvalidMfaToken } from './second-step.errors';
import type { SecondStepCaller } from './second-step-route';

/** The body of a second step: the token of the first one, and the proof of a factor. */
export interface SecondStepProof<Proof> {
  readonly mfaToken: string;
  readonly proof: Proof;
}

/** Begins and completes the second steps of sign-ins and reauthentications. */
@Injectable()
export class SecondStepService {
  constructor(
    private readonly pending: PendingSignIns,
    private readonly verifier: FactorVerifier,
    private readonly factors: Factors,
    private readonly users: UsersService,
    private readonly principals: TokenPrincipals,
    private readonly signIn: SignInService,
    private readonly reauthentication: ReauthenticationService,
    private readonly logout: LogoutService,
  ) {}

  /**
   * Prepares a proof for the step that a token of `MfaRequired` stands for, as by sending a code. It costs no attempt.
   * @param kind as in `@Factor()`; its provider has a `begin`
   * @returns what `begin` returns
   * @throws InvalidMfaToken, RateLimited; InvalidToken where the token belongs to a session and the access token is invalid; what `begin`
   * throws
   */
  async begin<Begun>(kind: string, mfaToken: string, caller: SecondStepCaller): Promise<Begun> {
    const principal = await this.principalFor(mfaToken, caller);
    const pending = await this.pending.get(mfaToken, principal?.sessionId ?? null);
    const user = await this.users.findById(pending.userId);
    // A recovery since the first step has voided it.
    if (user?.status !== 'active' || user.sessionsEpoch !== pending.sessionsEpoch)
      throw new InvalidMfaToken();
    return this.verifier.begin<Begun>({ kind, pending, user });
  }

  /**
   * Completes the sign-in or the reauthentication that a token of `MfaRequired` stands for.
   * @param kind as in `@Factor()`; its provider judges the proof
   * @throws InvalidMfaToken, InvalidFactor, RateLimited; InvalidToken where the token belongs to a session and the access token is invalid
   */
  async complete<Proof>(
    kind: string,
    { mfaToken, proof }: SecondStepProof<Proof>,
    caller: SecondStepCaller,
  ): Promise<SecondStepResponse> {
    const principal = await this.principalFor(mfaToken, caller);
    const pending = await this.pending.claim(mfaToken, principal?.sessionId ?? null);
    const user = await this.users.findById(pending.userId);
    if (!user) throw new InvalidMfaToken();
    const attempt = { kind, proof, pending, user, client: caller.client };
    try {
      const tokens = await this.finish(attempt, mfaToken, principal);
      this.verifier.reportSuccess(kind);
      // No client could sign out of the session whose cookies are replaced.
      const { accessToken, refreshToken } = caller.cookies;
      if (!principal) await this.logout.logOut({ accessToken, refreshTokens: [refreshToken] });
      return tokens;
    } catch (error) {
      if (error instanceof InvalidFactor) await this.verifier.reportFailure(attempt);
      throw error;
    }
  }

  private async finish<Proof>(
    attempt: ProofAttempt<Proof>,
    mfaToken: string,
    principal: Principal | null,
  ): Promise<SecondStepResponse> {
    const { pending, user, client } = attempt;
    const { judged, methods } = await this.verifier.judge(attempt);
    // In the transaction that opens or renews the session; a throw rolls all of it back.
    const accept = async (): Promise<void> => {
      // Changes of factors lock the user first, too.
      await this.users.lock({ id: user.id });
      await this.verifier.accept(attempt, judged);
      await this.pending.spend(mfaToken);
      if (judged.factorId !== undefined) await this.factors.recordUse(judged.factorId);
    };
    const step = { ...pending, methods, client, accept };
    return principal ? this.reauthentication.renew(principal, step) : this.signIn.complete(user, step);
  }

  /** @returns the caller, where the token belongs to a session */
  private async principalFor(mfaToken: string, { accessToken }: SecondStepCaller): Promise<Principal | null> {
    if (!isSessionBound(mfaToken)) return null;
    if (accessToken === undefined) throw new AuthenticationRequired();
    return this.principals.verify(accessToken);
  }
}
