import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database';
import {
  DoctorCheck,
  type DoctorCheckProvider,
  faultFinding,
  type Finding,
  okFinding,
  warningFinding,
} from '../platform/doctor';
import { Keyring } from '../platform/keyring';
import { COUNT_BY_FORM } from './credential.store';
import { ConfiguredAlgorithm } from './password-algorithm';
import { KEY_PURPOSE } from './password-hasher';
import { PasswordSettings } from './password.settings';
import { keyedPartOf } from './stored-hash';

interface Form {
  /** Null for a plain hash of an older system. */
  readonly keyId: string | null;
  readonly algorithm: string | null;
  /** Null for an algorithm other than bcrypt. */
  readonly cost: number | null;
  readonly count: number;
  /** One of the hashes, which is never printed. */
  readonly sample: string;
}

@Injectable()
@DoctorCheck({ topic: 'passwords', after: 'keys' })
export class PasswordHashesDoctorCheck implements DoctorCheckProvider {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly settings: PasswordSettings,
    private readonly added: ConfiguredAlgorithm,
  ) {}

  async check(): Promise<Finding[]> {
    const forms = await this.database.query<Form>(COUNT_BY_FORM);
    const [key] = await this.keyring.list(KEY_PURPOSE);
    if (forms.length === 0) return [okFinding('no password is set yet')];
    return forms.map((form) => this.findingOf(form, key?.id));
  }

  private findingOf(form: Form, currentKey: string | undefined): Finding {
    const { keyId, algorithm, cost, count } = form;
    if (!this.isUnderstood(form))
      return faultFinding(
        `${count} hashes have an unknown format`,
        'their users have to reset their passwords',
      );
    const how = cost === null ? `hashes of ${algorithm}` : `hashes at bcrypt cost ${cost}`;
    const what = `${count} ${keyId === null ? 'plain' : 'keyed'} ${how}`;
    if (keyId !== null && keyId !== currentKey)
      return faultFinding(
        `${what} use a key that no longer exists`,
        'restore the table "keys" from a backup',
      );
    if (!this.isOld(form)) return okFinding(what);
    const advice = 'each is replaced at the next sign-in of its user; no action is needed';
    return warningFinding(`${what}, below the current settings`, advice);
  }

  private isUnderstood(form: Form): boolean {
    if (form.cost !== null) return this.added.acceptsBcrypt;
    const hash = ownPartOf(form);
    return hash !== undefined && (this.added.current?.understands(hash) ?? false);
  }

  private isOld(form: Form): boolean {
    const [added, hash] = [this.added.current, ownPartOf(form)];
    if (added) return form.cost !== null || (hash !== undefined && added.isOutdated(hash));
    return form.keyId === null || (form.cost ?? 0) < this.settings.cost;
  }
}

function ownPartOf({ keyId, sample }: Form): string | undefined {
  return keyId === null ? undefined : keyedPartOf(sample, keyId);
}
