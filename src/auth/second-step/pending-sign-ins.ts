import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock';
import { EventBus } from '../../platform/events';
import { type ClientInfo, sourceOf } from '../../platform/http';
import type { Authentication } from '../../sessions';
import type { User } from '../../users';
import { DeviceTokens } from '../login/device-tokens';
import { Factors } from './factors.service';
import { newMfaToken } from './mfa-token';
import { PendingSignInStore, type StoredPendingSignIn } from './pending-sign-in.store';
import { InvalidMfaToken, MfaRequired } from './second-step.errors';
import { SecondFactorAsked } from '../second-step.events';

const LIFETIME_SECONDS = 600;
const ATTEMPTS = 5;

/** A first step that has passed. */
export interface FirstStep extends Authentication {
  readonly client: ClientInfo;
  readonly deviceToken?: string | null | undefined;
  readonly isSuspicious?: boolean | undefined;
  /** The session that is reauthenticated; absent for a sign-in. */
  readonly sessionId?: string | undefined;
}

/** Begins second steps, and hands out and spends their tokens. */
@Injectable()
export class PendingSignIns {
  constructor(
    private readonly store: PendingSignInStore,
    private readonly factors: Factors,
    private readonly devices: DeviceTokens,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /** @returns the refusal of the first step, which asks for the second one */
  async begin(user: User, step: FirstStep): Promise<MfaRequired> {
    const { methods, authenticatedAt, endsAt = null, isSuspicious = false, sessionId = null } = step;
    const { id: userId, sessionsEpoch } = user;
    const device = this.devices.signedInNameOf(user, step.deviceToken);
    const origin = originOf(sessionId, device, step.client);
    const mfaToken = newMfaToken(sessionId);
    const expiresAt = new Date(this.clock.nowMs() + LIFETIME_SECONDS * 1_000);
    const pending = { userId, sessionId, origin, methods, authenticatedAt, endsAt, sessionsEpoch };
    await this.store.add(mfaToken, { ...pending, device, isSuspicious }, ATTEMPTS, expiresAt);
    await this.events.publish(new SecondFactorAsked({ actorId: null, subjectId: userId, sessionId }));
    const factors = await this.factors.offeredTo(userId);
    return new MfaRequired({ mfaToken, expiresIn: LIFETIME_SECONDS, factors, enrolment: [] });
  }

  /**
   * Counts an attempt.
   * @param sessionId the session of the caller; null for a sign-in
   * @throws InvalidMfaToken
   */
  async claim(mfaToken: string, sessionId: string | null): Promise<StoredPendingSignIn> {
    const pending = await this.store.claim(mfaToken, sessionId);
    if (!pending) throw new InvalidMfaToken();
    return pending;
  }

  /**
   * Like `claim`, without counting an attempt.
   * @throws InvalidMfaToken
   */
  async get(mfaToken: string, sessionId: string | null): Promise<StoredPendingSignIn> {
    const pending = await this.store.find(mfaToken, sessionId);
    if (!pending) throw new InvalidMfaToken();
    return pending;
  }

  /** Uses a token up, in the transaction that completes the second step. @throws InvalidMfaToken */
  async spend(mfaToken: string): Promise<void> {
    if (!(await this.store.spend(mfaToken))) throw new InvalidMfaToken();
  }
}

function originOf(sessionId: string | null, device: string | null, { ipAddress }: ClientInfo): string {
  if (sessionId !== null) return `session ${sessionId}`;
  return device === null ? `source ${sourceOf(ipAddress)}` : `device ${device}`;
}
