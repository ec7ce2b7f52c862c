import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../access';
import { type AddedFactor, Factors, InvalidFactor } from '../../../auth';
import { Clock } from '../../../platform/clock';
import { type ClientInfo, Conflict } from '../../../platform/http';
import { MailSettings } from '../../../platform/mail';
import { InvalidOrExpiredToken } from '../../../platform/one-time-tokens';
import { RateLimiter } from '../../../platform/rate-limits';
import { UsersService } from '../../../users';
import { SECRET_BYTES, secretText, timeStepOf, totpUri } from './time-step';
import type { ConfirmTotpRequest, TotpEnrolmentResponse } from './totp.dto';
import { TOTP_KIND } from './totp.factor';
import { TOTP_BY_SESSION } from './totp.rate-limits';
import { TotpSecretStore } from './totp-secret.store';

const LIFETIME_SECONDS = 600;
const EXPIRY_BYTES = 8;

/**
 * Adds an authenticator app. Between its two requests the client keeps the secret, encrypted: no row exists before a code has proved
 * that the app has it, so an enrolment that is not finished changes nothing.
 */
@Injectable()
export class TotpEnrolment {
  constructor(
    private readonly secrets: TotpSecretStore,
    private readonly factors: Factors,
    private readonly users: UsersService,
    private readonly limiter: RateLimiter,
    private readonly settings: MailSettings,
    private readonly clock: Clock,
  ) {}

  /** @throws Conflict where the address is not verified */
  async begin(principal: Principal): Promise<TotpEnrolmentResponse> {
    const user = await this.users.findById(principal.userId);
    if (!user?.emailVerified) throw new Conflict('Verify the email address before you add a factor.');
    const secret = randomBytes(SECRET_BYTES);
    const expiry = Buffer.alloc(EXPIRY_BYTES);
    expiry.writeBigUInt64BE(BigInt(this.clock.nowMs() + LIFETIME_SECONDS * 1_000));
    return {
      enrolment: this.secrets.seal(Buffer.concat([expiry, secret]), contextOf(principal)),
      secret: secretText(secret),
      uri: totpUri(secret, this.settings.appName, user.email),
      expiresIn: LIFETIME_SECONDS,
    };
  }

  /**
   * @throws InvalidOrExpiredToken for an enrolment of another session, altered or expired; InvalidFactor for a wrong code; Conflict where
   * the user has an app and does not replace it; RateLimited
   */
  async confirm(
    principal: Principal,
    { enrolment, code, name = null, replace = false }: ConfirmTotpRequest,
    client: ClientInfo,
  ): Promise<AddedFactor> {
    const secret = this.secretIn(enrolment, principal);
    const attempt = await this.limiter.consume(TOTP_BY_SESSION, principal.sessionId);
    const step = timeStepOf(secret, code, this.clock.nowMs());
    if (step === null) throw new InvalidFactor();
    await this.limiter.refund(attempt);
    const store = async (factorId: string): Promise<void> => {
      // The code of the confirmation counts as used.
      const isAdded = await this.secrets.add(principal.userId, factorId, secret, step);
      if (!isAdded)
        throw new Conflict('The account has an authenticator app. Send "replace": true to replace it.');
    };
    return this.factors.add(principal, { kind: TOTP_KIND, name, isReplacing: replace, store }, client);
  }

  private secretIn(enrolment: string, principal: Principal): Buffer {
    const plain = this.secrets.unseal(enrolment, contextOf(principal));
    if (!plain || plain.readBigUInt64BE() <= BigInt(this.clock.nowMs())) throw new InvalidOrExpiredToken();
    return plain.subarray(EXPIRY_BYTES);
  }
}

function contextOf({ userId, sessionId }: Principal): string {
  return `totp-enrolment/${userId}/${sessionId}`;
}
