import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../access';
import {
  InvalidCredentials,
  InvalidFactor,
  type LoginResponse,
  ReauthenticationService,
  SecondFactorFailed,
  SignInFailed,
  SignInService,
  type TokenResponse,
} from '../../../auth';
import { Clock } from '../../../platform/clock';
import { EventBus } from '../../../platform/events';
import type { ClientInfo } from '../../../platform/http';
import { LonePasskeys } from './lone-passkeys.service';
import { PASSKEY_AMR, PASSKEY_KIND } from './passkey.factor';
import type { PasskeyLoginRequest } from './passkeys.dto';
import { UnknownPasskey } from './passkeys.errors';
import type { AssertionCredential } from './webauthn-json.dto';

const METHODS = [...PASSKEY_AMR, 'mfa'];

/** Sign-ins and reauthentications by a passkey alone. It has verified its user, so it is two factors in one. */
@Injectable()
export class PasskeySignIn {
  constructor(
    private readonly passkeys: LonePasskeys,
    private readonly signIn: SignInService,
    private readonly reauthentication: ReauthenticationService,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /**
   * Signs in the user that the passkey names.
   * @throws UnknownPasskey; InvalidCredentials whatever else is wrong with the passkey or the account; the error of a login check
   */
  async logIn({ credential, deviceToken }: PasskeyLoginRequest, client: ClientInfo): Promise<LoginResponse> {
    const use = { purpose: 'sign-in', binding: '' } as const;
    const found = await this.passkeys.verify(credential, use);
    if (found === null || found === 'unknown') {
      await this.events.publish(new SignInFailed({ actorId: null, subjectId: null }));
      throw found === 'unknown' ? new UnknownPasskey() : new InvalidCredentials();
    }
    const accept = async (): Promise<void> => {
      if (!(await this.passkeys.accept(found))) throw new InvalidCredentials();
    };
    return this.signIn.openFor(found.user, { ...this.proofOf(client), deviceToken, accept });
  }

  /**
   * Renews the session of its user.
   * @throws InvalidFactor; InvalidToken where the session is over
   */
  async reauthenticate(
    principal: Principal,
    credential: AssertionCredential,
    client: ClientInfo,
  ): Promise<TokenResponse> {
    try {
      return await this.renew(principal, credential, client);
    } catch (error) {
      const { userId: subjectId, sessionId } = principal;
      const facts = { subjectId, sessionId, details: { kind: PASSKEY_KIND } };
      if (error instanceof InvalidFactor) await this.events.publish(new SecondFactorFailed(facts));
      throw error;
    }
  }

  private async renew(
    principal: Principal,
    credential: AssertionCredential,
    client: ClientInfo,
  ): Promise<TokenResponse> {
    const { userId, sessionId } = principal;
    const use = { purpose: 'reauthentication', binding: sessionId } as const;
    const found = await this.passkeys.verify(credential, use);
    if (found === null || found === 'unknown' || found.user.id !== userId) throw new InvalidFactor();
    const accept = async (): Promise<void> => {
      if (!(await this.passkeys.accept(found))) throw new InvalidFactor();
    };
    const { sessionsEpoch } = found.user;
    return this.reauthentication.renew(principal, { ...this.proofOf(client), sessionsEpoch, accept });
  }

  private proofOf(client: ClientInfo) {
    return { methods: METHODS, authenticatedAt: this.clock.now(), client };
  }
}
