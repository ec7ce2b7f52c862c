import { Injectable } from '@nestjs/common';
import { Factor, type FactorProvider, type JudgedProof, type Step } from '../../../auth';
import { Conflict } from '../../../platform/http';
import { Assertions, type VerifiedAssertion } from './assertions.service';
import type { ChallengeUse } from './challenges.service';
import type { RequestOptionsResponse } from './passkey-options.dto';
import { PasskeyOptions } from './passkey-options.service';
import { PasskeyStore } from './passkey.store';
import { PasskeyMembers } from './passkeys.dto';
import type { AssertionCredential } from './webauthn-json.dto';

export const PASSKEY_KIND = 'passkey';
/** What a passkey proves that has verified its user: possession of a key, and the presence of that user (RFC 8176). */
export const PASSKEY_AMR = ['pop', 'user'] as const;

interface JudgedAssertion extends JudgedProof {
  readonly assertion: VerifiedAssertion;
}

/** Passkeys (WebAuthn). A signature cannot be guessed, so there is no limit by account, which a stranger could exhaust. */
@Injectable()
@Factor({ kind: PASSKEY_KIND, amr: PASSKEY_AMR, order: 5 })
export class PasskeyFactor implements FactorProvider<
  AssertionCredential,
  JudgedAssertion,
  RequestOptionsResponse
> {
  constructor(
    private readonly assertions: Assertions,
    private readonly options: PasskeyOptions,
    private readonly store: PasskeyStore,
  ) {}

  async begin(step: Step): Promise<RequestOptionsResponse> {
    const options = await this.options.forUser(step.user.id, useOf(step));
    if (options.allowCredentials.length === 0)
      throw new Conflict('The account has no passkey for this domain. Use another factor.');
    return options;
  }

  async judge(credential: AssertionCredential, step: Step): Promise<JudgedAssertion | null> {
    const assertion = await this.assertions.verify(credential, useOf(step));
    if (assertion === null || assertion === 'unknown') return null;
    const { factorId, userId } = assertion.passkey;
    return userId === step.user.id ? { factorId, assertion } : null;
  }

  async accept({ assertion }: JudgedAssertion, { methods }: Step): Promise<boolean> {
    return this.assertions.accept(assertion, methods.includes('pwd') ? 'beside-password' : 'beside-other');
  }

  async membersOf(userId: string): Promise<ReadonlyMap<string, PasskeyMembers>> {
    const passkeys = await this.store.list(userId);
    return new Map(passkeys.map((passkey) => [passkey.factorId, PasskeyMembers.of(passkey, passkey.handle)]));
  }
}

function useOf({ id }: Step): ChallengeUse {
  return { purpose: 'second-step', binding: id };
}
