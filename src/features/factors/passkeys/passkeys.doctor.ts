import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../../../platform/database';
import {
  DoctorCheck,
  type DoctorCheckProvider,
  type Finding,
  okFinding,
  warningFinding,
} from '../../../platform/doctor';
import { PasskeySettings } from './passkeys.settings';

const DOMAINS: Statement = {
  text: `SELECT rp_id AS "rpId", count(*)::int AS count FROM passkeys GROUP BY rp_id ORDER BY rp_id`,
};

/** Checks that browsers still find the stored passkeys: each belongs to the domain for which it was added. */
@Injectable()
@DoctorCheck({ topic: 'passkeys', after: 'migrations' })
export class PasskeysDoctorCheck implements DoctorCheckProvider {
  constructor(
    private readonly database: Database,
    private readonly settings: PasskeySettings,
  ) {}

  async check(): Promise<Finding[]> {
    const { rpId } = this.settings;
    const domains = await this.database.query<{ rpId: string; count: number }>(DOMAINS);
    const others = domains.filter((domain) => domain.rpId !== rpId);
    return [
      okFinding(`passkeys belong to ${rpId}`),
      ...others.map((other) =>
        warningFinding(
          `${other.count} passkeys belong to ${other.rpId} and cannot be used at ${rpId}`,
          `set WEBAUTHN_RP_ID=${other.rpId}, or have their users add new ones`,
        ),
      ),
    ];
  }
}
