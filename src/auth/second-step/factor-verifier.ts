import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock';
import { EventBus } from '../../platform/events';
import type { ClientInfo } from '../../platform/http';
import type { User } from '../../users';
import type { JudgedProof, Step } from './factor';
import { FactorKinds } from './factor-kinds';
import { FactorNotices } from './factor-notices';
import type { StoredPendingSignIn } from './pending-sign-in.store';
import { InvalidFactor } from './second-step.errors';
import { SecondFactorFailed } from '../second-step.events';
import { SecondStepLimits } from './second-step-limits';
import { SecondStepMetrics } from './second-step.metrics';

/** A step that is pending, and the kind of factor that the user has chosen for it. */
export interface ChosenStep {
  readonly kind: string;
  readonly pending: StoredPendingSignIn;
  readonly user: User;
}

/** One proof of a factor, for a step that is pending. */
export interface ProofAttempt<Proof> extends ChosenStep {
  readonly proof: Proof;
  readonly client: ClientInfo;
}

/** Verifies proofs by the provider of their kind, within the limits of that kind, and reports the outcome. */
@Injectable()
export class FactorVerifier {
  constructor(
    private readonly kinds: FactorKinds,
    private readonly limits: SecondStepLimits,
    private readonly notices: FactorNotices,
    private readonly metrics: SecondStepMetrics,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /** @returns what the provider tells of it. @throws RateLimited; what the provider throws */
  async begin<Begun>(chosen: ChosenStep): Promise<Begun> {
    const { options, provider } = this.kinds.get<never, JudgedProof, Begun>(chosen.kind);
    if (!provider.begin) throw new Error(`the factor "${chosen.kind}" has nothing to begin`);
    await this.limits.consume(options.beginLimits, chosen.pending);
    return provider.begin(this.stepOf(chosen));
  }

  /**
   * @returns what `accept` takes, and all methods by which the user has then authenticated
   * @throws InvalidFactor, RateLimited
   */
  async judge<Proof>(
    attempt: ProofAttempt<Proof>,
  ): Promise<{ readonly judged: JudgedProof; readonly methods: readonly string[] }> {
    const { kind, proof, pending } = attempt;
    const { options, provider } = this.kinds.get<Proof, JudgedProof>(kind);
    const counted = await this.limits.consume(options.limits, pending);
    const judged = await provider.judge(proof, this.stepOf(attempt));
    if (!judged) throw new InvalidFactor();
    await this.limits.refund(counted);
    return { judged, methods: [...new Set([...pending.methods, ...options.amr, 'mfa'])] };
  }

  /** Uses the proof up, in the transaction that completes the step. @throws InvalidFactor where it was used before */
  async accept(attempt: ProofAttempt<unknown>, judged: JudgedProof): Promise<void> {
    const { provider } = this.kinds.get<unknown, JudgedProof>(attempt.kind);
    if (!(await provider.accept(judged, this.stepOf(attempt)))) throw new InvalidFactor();
  }

  reportSuccess(kind: string): void {
    this.metrics.record(kind, 'success');
  }

  /** To be called outside the transaction, which is rolled back. */
  async reportFailure({ kind, user, pending, client }: ProofAttempt<unknown>): Promise<void> {
    this.metrics.record(kind, 'failure');
    const { sessionId } = pending;
    const facts = { actorId: null, subjectId: user.id, sessionId, details: { kind } };
    await this.events.publish(new SecondFactorFailed(facts));
    await this.notices.notifyFailure(user, client);
  }

  private stepOf({ pending, user }: ChosenStep): Step {
    return { id: pending.id, user, methods: pending.methods, now: this.clock.now() };
  }
}
