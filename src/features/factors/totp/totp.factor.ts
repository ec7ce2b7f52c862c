import { Injectable } from '@nestjs/common';
import { Factor, type FactorProvider, type Step } from '../../../auth';
import { timeStepOf } from './time-step';
import { TotpSecretStore } from './totp-secret.store';
import { TOTP_BY_ACCOUNT, TOTP_BY_DEVICE, TOTP_BY_SESSION } from './totp.rate-limits';

export const TOTP_KIND = 'totp';

interface JudgedCode {
  readonly factorId: string;
  readonly timeStep: number;
}

/** Codes of an authenticator app (RFC 6238). */
@Injectable()
@Factor({
  kind: TOTP_KIND,
  amr: ['otp'],
  order: 10,
  limits: { account: TOTP_BY_ACCOUNT, device: TOTP_BY_DEVICE, session: TOTP_BY_SESSION },
})
export class TotpFactor implements FactorProvider<string, JudgedCode> {
  constructor(private readonly secrets: TotpSecretStore) {}

  async judge(code: string, { user, now }: Step): Promise<JudgedCode | null> {
    const found = await this.secrets.find(user.id);
    const timeStep = found && timeStepOf(found.secret, code, now.getTime());
    return found && timeStep !== null ? { factorId: found.factorId, timeStep } : null;
  }

  async accept({ factorId, timeStep }: JudgedCode): Promise<boolean> {
    return this.secrets.advance(factorId, timeStep);
  }
}
