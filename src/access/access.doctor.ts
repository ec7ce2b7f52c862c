import { Injectable } from '@nestjs/common';
import { warningIf, DoctorCheck, type DoctorCheckProvider, type Finding } from '../platform/doctor';
import { AccessSettings } from './access.settings';

/** Other services, that verify by the key set alone, learn of a session's end no sooner than this. */
const LONG_SECONDS = 15 * 60;

@Injectable()
@DoctorCheck({ topic: 'settings' })
export class AccessDoctorCheck implements DoctorCheckProvider {
  constructor(private readonly settings: AccessSettings) {}

  async check(): Promise<Finding[]> {
    const { accessTokenSeconds } = this.settings;
    return warningIf(
      accessTokenSeconds > LONG_SECONDS,
      `an access token lives for ${accessTokenSeconds / 60} minutes`,
      'ACCESS_TOKEN_MINUTES of 15 or less',
    );
  }
}
