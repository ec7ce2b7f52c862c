import { Injectable } from '@nestjs/common';
import { Clock, DAY_MS } from '../platform/clock';
import {
  DoctorCheck,
  type DoctorCheckProvider,
  type Finding,
  okFinding,
  warningFinding,
} from '../platform/doctor';
import { SigningKeyStore } from './signing-key.store';
import { TokenSettings } from './token.settings';

/** The job runs every minute, but not while the application is stopped. */
const LATE_MS = DAY_MS;

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
    if (keys.length === 0) return [okFinding('there are none yet: the first start creates one')];
    const unused = `none of the ${keys.length} published ones is for ${algorithm}`;
    if (!signer) return [warningFinding(unused, 'the next start creates one: check JWT_ALGORITHM')];
    const nowMs = this.clock.nowMs();
    const newest = keys.find((key) => key.algorithm === algorithm) ?? signer;
    const due = schedule.dueAt(newest);
    const days = Math.floor((nowMs - signer.createdAt.getTime()) / DAY_MS);
    return [
      okFinding(`${signer.id} (${algorithm}) signs, ${days} days old; ${keys.length} published`),
      due.getTime() + LATE_MS > nowMs
        ? okFinding(`the next one is due at ${due.toISOString()}`)
        : warningFinding(
            `the next one was due at ${due.toISOString()}`,
            'a running instance creates it: check that one runs and what its log says about jobs, or run keys:rotate',
          ),
    ];
  }
}
