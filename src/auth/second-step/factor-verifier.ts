import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock';
import { EventBus } from '../../platform/events';
import type { ClientInfo } from '../../platform/http';
import type { User } from '../../users';
import type { JudgedProof } from './factor';
import { FactorKinds } from './factor-kinds';
import { FactorNotices } from './factor-notices';
import type { PendingSignIn } from './pending-sign-in.store';
import { InvalidFactor } from './second-step.errors';
import { SecondFactorFailed } from '../second-step.events';
import { SecondStepLimits } from './second-step-limits';
import { SecondStepMetrics } from './second-step.metrics';

/** One proof of a factor, for a step that is pending. */
export interface ProofAttempt<Proof> {
  readonly kind: string;
  readonly proof: Proof;
  readonly pending: PendingSignIn;
  readonly user: User;
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

  /**
   * @returns what `accept` takes, and all methods by which the user has then authenticated
   * @throws InvalidFactor, RateLimited
   */
  async judge<Proof>({
    kind,
    proof,
    pending,
    user,
  }: ProofAttempt<Proof>): Promise<{ readonly judged: JudgedProof; readonly methods: readonly string[] }> {
    const { options, provider } = this.kinds.get<Proof, JudgedProof>(kind);
    const counted = await this.limits.consume(options.limits, pending);
    const judged = await provider.judge(proof, { user, now: this.clock.now() });
    if (!judged) throw new InvalidFactor();
    await this.limits.refund(counted);
    return { judged, methods: [...new Set([...pending.methods, ...options.amr, 'mfa'])] };
  }

  /** Uses the proof up, in the transaction that completes the step. @throws InvalidFactor where it was used before */
  async accept({ kind, user }: ProofAttempt<unknown>, judged: JudgedProof): Promise<void> {
    const { provider } = this.kinds.get<unknown, JudgedProof>(kind);
    if (!(await provider.accept(judged, { user, now: this.clock.now() }))) throw new InvalidFactor();
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
}
