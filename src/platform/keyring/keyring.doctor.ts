import { Injectable } from '@nestjs/common';
import {
  DoctorCheck,
  type DoctorCheckProvider,
  faultFinding,
  type Finding,
  okFinding,
  warningIf,
} from '../doctor';
import { Keyring } from './keyring';
import { KeyringSettings } from './keyring.settings';

/** Checks that the configured secrets unwrap all keys, and reports retired secrets that are still needed. */
@Injectable()
@DoctorCheck({ topic: 'keys', after: 'migrations' })
export class KeyringDoctorCheck implements DoctorCheckProvider {
  constructor(
    private readonly keyring: Keyring,
    private readonly settings: KeyringSettings,
  ) {}

  async check(): Promise<Finding[]> {
    const { current, retired, locked, damaged } = await this.keyring.summarize();
    if (current + retired + locked + damaged.length === 0)
      return [okFinding('there are none yet: the first start makes them')];
    const former = 'put the former AUTH_SECRET into AUTH_SECRETS_RETIRED, or go back to it';
    return [
      okFinding(`AUTH_SECRET opens ${current}`),
      ...(locked > 0
        ? [faultFinding(`${locked} are wrapped under a secret that is not known here`, former)]
        : []),
      ...damaged.map((id) => faultFinding(`${id} was altered`, 'restore the table "keys" from a backup')),
      ...warningIf(
        retired > 0,
        `${retired} are wrapped under a retired secret`,
        'npm run cli -- keys:rewrap; a start does it, too',
      ),
      ...warningIf(
        retired === 0 && this.settings.retired.length > 0,
        'AUTH_SECRETS_RETIRED is set, and nothing is wrapped under it',
        'take it out as soon as every instance runs with the new AUTH_SECRET',
      ),
    ];
  }
}
