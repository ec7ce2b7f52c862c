import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../access';
import { AddedFactorResponse, Factors, InvalidFactor } from '../../../auth';
import { type ClientInfo, Conflict } from '../../../platform/http';
import { UsersService } from '../../../users';
import { type ChallengeUse, Challenges } from './challenges.service';
import type { CreationOptionsResponse } from './passkey-options.dto';
import { PasskeyOptions } from './passkey-options.service';
import { PASSKEY_KIND } from './passkey.factor';
import { PasskeyStore } from './passkey.store';
import { type AddPasskeyRequest, PasskeyMembers } from './passkeys.dto';
import { Registrations } from './registrations.service';

/** More than a person has devices, and few enough for the options of a browser. */
const MOST_PASSKEYS = 20;

/** Adds passkeys to the account of a session. */
@Injectable()
export class PasskeyEnrolment {
  constructor(
    private readonly registrations: Registrations,
    private readonly challenges: Challenges,
    private readonly options: PasskeyOptions,
    private readonly store: PasskeyStore,
    private readonly factors: Factors,
    private readonly users: UsersService,
  ) {}

  /** @throws Conflict where the address is not verified, or the user has the most passkeys */
  async begin(principal: Principal): Promise<CreationOptionsResponse> {
    const user = await this.users.findById(principal.userId);
    if (!user?.emailVerified) throw new Conflict('Verify the email address before you add a factor.');
    await this.assertRoom(user.id);
    return this.options.forRegistration(user, useOf(principal));
  }

  /**
   * @throws InvalidFactor for a challenge that was used, or was not issued for this session, and for what `Registrations` refuses;
   * ValidationFailed; Conflict for a known passkey, and for one too many
   */
  async confirm(
    principal: Principal,
    { credential, name = null }: AddPasskeyRequest,
    client: ClientInfo,
  ): Promise<AddedFactorResponse> {
    const { userId } = principal;
    const { passkey, challenge } = await this.registrations.verify(credential, useOf(principal));
    const store = async (factorId: string): Promise<void> => {
      if (!(await this.challenges.spend(challenge))) throw new InvalidFactor();
      await this.assertRoom(userId);
      const isAdded = await this.store.add(factorId, userId, passkey);
      if (!isAdded) throw new Conflict('The passkey is known already.');
    };
    const added = await this.factors.add(principal, { kind: PASSKEY_KIND, name, store }, client);
    return AddedFactorResponse.of(added, PasskeyMembers.of(passkey, await this.store.handleOf(userId)));
  }

  private async assertRoom(userId: string): Promise<void> {
    if ((await this.store.list(userId)).length >= MOST_PASSKEYS)
      throw new Conflict(`The account has ${MOST_PASSKEYS} passkeys. Remove one first.`);
  }
}

function useOf({ userId, sessionId }: Principal): ChallengeUse {
  return { purpose: 'registration', binding: `${userId}/${sessionId}` };
}
