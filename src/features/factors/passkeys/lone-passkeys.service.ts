import { Injectable } from '@nestjs/common';
import { CredentialsRevoked, Factors } from '../../../auth';
import { OnDomainEvent } from '../../../platform/events';
import { type User, UsersService } from '../../../users';
import { Assertions, type VerifiedAssertion } from './assertions.service';
import type { ChallengeUse } from './challenges.service';
import { PasskeyStore } from './passkey.store';
import type { AssertionCredential } from './webauthn-json.dto';

/** A verified signature, and the owner of its passkey as read before. */
export interface LoneAssertion extends VerifiedAssertion {
  readonly user: User;
}

/** Passkeys that are used without the password. */
@Injectable()
export class LonePasskeys {
  constructor(
    private readonly assertions: Assertions,
    private readonly store: PasskeyStore,
    private readonly factors: Factors,
    private readonly users: UsersService,
  ) {}

  /** As `Assertions.verify`. */
  async verify(
    credential: AssertionCredential,
    use: ChallengeUse,
  ): Promise<LoneAssertion | 'unknown' | null> {
    const verified = await this.assertions.verify(credential, use);
    if (verified === null || verified === 'unknown') return verified;
    const user = await this.users.findById(verified.passkey.userId);
    return user && { ...verified, user };
  }

  /** As `Assertions.accept`. Changes of factors lock the user first, too. */
  async accept(assertion: LoneAssertion): Promise<boolean> {
    await this.users.lock({ id: assertion.user.id });
    if (!(await this.assertions.accept(assertion, 'alone'))) return false;
    await this.factors.recordUse(assertion.passkey.factorId);
    return true;
  }

  /**
   * The mailbox has replaced the password, maybe because another person knew it and added a passkey. That one never comes beside the
   * new password; the passkeys of the owner do.
   */
  @OnDomainEvent(CredentialsRevoked, 'inTransaction')
  async requirePassword({ userId }: CredentialsRevoked): Promise<void> {
    await this.store.forbidAlone(userId);
  }
}
