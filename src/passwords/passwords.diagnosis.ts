import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database';
import { advise, Diagnosis, type DiagnosisProvider, type Finding, ok } from '../platform/diagnosis';
import { Keyring } from '../platform/keyring';
import { COUNT_BY_FORM } from './credential.store';
import { KEY_PURPOSE } from './password-hasher';
import { PasswordSettings } from './password.settings';

const LEAST_LENGTH = 15;
const LEAST_COST = 12;

@Injectable()
@Diagnosis({ topic: 'settings' })
export class PasswordSettingsDiagnosis implements DiagnosisProvider {
  constructor(private readonly settings: PasswordSettings) {}

  async diagnose(): Promise<Finding[]> {
    const { minLength, cost } = this.settings;
    return [
      ...advise(
        minLength < LEAST_LENGTH,
        `passwords of ${minLength} characters are taken, and there is no second factor`,
        `PASSWORD_MIN_LENGTH of ${LEAST_LENGTH} or more`,
      ),
      ...advise(
        cost < LEAST_COST,
        `passwords are hashed at bcrypt cost ${cost}`,
        `BCRYPT_COST of ${LEAST_COST} or more`,
      ),
    ];
  }
}

interface Form {
  /** Null: a plain hash of an older system. */
  readonly keyId: string | null;
  readonly cost: number | null;
  readonly count: number;
}

/** Which forms of hashes are in use. */
@Injectable()
@Diagnosis({ topic: 'passwords', after: 'keys' })
export class PasswordHashesDiagnosis implements DiagnosisProvider {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly settings: PasswordSettings,
  ) {}

  async diagnose(): Promise<Finding[]> {
    const forms = await this.database.query<Form>(COUNT_BY_FORM);
    const [key] = await this.keyring.list(KEY_PURPOSE);
    if (forms.length === 0) return [ok('no password is set yet')];
    return forms.map((form) => this.findingOf(form, key?.id));
  }

  private findingOf({ keyId, cost, count }: Form, currentKey: string | undefined): Finding {
    if (cost === null)
      return {
        level: 'fault',
        message: `${count} hashes are of no known form`,
        advice: 'those users reset their passwords',
      };
    const what = `${count} ${keyId === null ? 'plain' : 'keyed'} hashes at bcrypt cost ${cost}`;
    if (keyId !== null && keyId !== currentKey)
      return {
        level: 'fault',
        message: `${what} are under a key that is gone`,
        advice: 'restore the table "keys" from a backup',
      };
    const isOld = keyId === null || cost < this.settings.cost;
    if (!isOld) return ok(what);
    const advice = 'each is replaced when its owner signs in; nothing has to be done';
    return { level: 'warning', message: `${what}, below today's settings`, advice };
  }
}
