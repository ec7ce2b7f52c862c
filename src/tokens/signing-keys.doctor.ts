import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock';
import {
  warningIf,
  DoctorCheck,
  type DoctorCheckProvider,
  type Finding,
  okFinding,
} from '../platform/doctor';
import { SigningKeyStore } from './signing-key.store';
import { TokenSettings } from './token.settings';

const DAY_MS = 86_400_000;
/** Upkeep looks every minute; a stopped application is no fault of the keys. */
const LATE_MS = DAY_MS;

/** How old the signing keys are. */
@Injectable()
@DoctorCheck({ topic: 'signing keys', after: 'keys' })
export class SigningKeysDoctorCheck implements DoctorCheckProvider {
  constructor(
    private readonly store: SigningKeyStore,
    private readonly settings: TokenSettings,
    private readonly clock: Clock,
  ) {}

  async check(): Promise<Finding[]> {
    const { schedule, algorithm } = this.settings;
    const keys = await this.store.list();
    const signer = this.store.signerOf(keys);
    if (keys.length === 0) return [okFinding('there are none yet: the first start makes one')];
    const unused = `none of the ${keys.length} published ones is for ${algorithm}`;
    if (!signer) return warningIf(true, unused, 'the next start makes one: is JWT_ALGORITHM what you mean?');
    const nowMs = this.clock.nowMs();
    const newest = keys.find((key) => key.algorithm === algorithm) ?? signer;
    const due = schedule.dueAt(newest);
    const days = Math.floor((nowMs - signer.createdAt.getTime()) / DAY_MS);
    return [
      okFinding(`${signer.id} (${algorithm}) signs, ${days} days old; ${keys.length} published`),
      due.getTime() + LATE_MS > nowMs
        ? okFinding(`the next one is due at ${due.toISOString()}`)
        : {
            level: 'warning',
            message: `the next one was due at ${due.toISOString()}`,
            advice:
              'a running instance makes it: does one run, and what does its log say of upkeep? Or keys:rotate',
          },
    ];
  }
}
