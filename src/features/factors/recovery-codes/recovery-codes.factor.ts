import { Injectable } from '@nestjs/common';
import {
  Factor,
  type FactorProvider,
  type JudgedProof,
  Recovery,
  type RecoveryProvider,
  type Step,
} from '../../../auth';
import { EventBus } from '../../../platform/events';
import { CurrentRequest } from '../../../platform/http';
import { Mailer } from '../../../platform/mail';
import { newRecoveryCode } from './recovery-code';
import { RecoveryCodeStore } from './recovery-code.store';
import { RecoveryCodesMade, RecoveryCodeUsed } from './recovery-codes.events';
import { RECOVERY_CODE_USED } from './recovery-codes.mails';

export const RECOVERY_CODE_KIND = 'recovery-code';
const CODES = 10;

interface JudgedCode extends JudgedProof {
  readonly code: string;
}

/** Codes that replace a lost factor, each once. They have no limit by account, so that a person who has the password cannot exhaust it. */
@Injectable()
@Recovery({})
@Factor({ kind: RECOVERY_CODE_KIND, amr: ['otp'], order: 1_000 })
export class RecoveryCodesFactor implements FactorProvider<string, JudgedCode>, RecoveryProvider {
  constructor(
    private readonly store: RecoveryCodeStore,
    private readonly events: EventBus,
    private readonly mailer: Mailer,
    private readonly request: CurrentRequest,
  ) {}

  async isOfferedTo(userId: string): Promise<boolean> {
    return (await this.count(userId)) > 0;
  }

  async judge(code: string, { user }: Step): Promise<JudgedCode | null> {
    return (await this.store.has(user.id, code)) ? { code } : null;
  }

  async accept({ code }: JudgedCode, { user }: Step): Promise<boolean> {
    if (!(await this.store.use(user.id, code))) return false;
    await this.events.publish(new RecoveryCodeUsed({ subjectId: user.id, actorId: user.id }));
    await this.mailer.send(user, RECOVERY_CODE_USED, { language: this.request.context.language });
    return true;
  }

  async issue(userId: string): Promise<readonly string[]> {
    const codes = Array.from({ length: CODES }, newRecoveryCode);
    await this.store.replace(
      userId,
      codes.map((code) => code.replaceAll('-', '')),
    );
    await this.events.publish(new RecoveryCodesMade({ subjectId: userId }));
    return codes;
  }

  async count(userId: string): Promise<number> {
    return this.store.count(userId);
  }

  async clear(userId: string): Promise<void> {
    await this.store.clear(userId);
  }
}
