import { Injectable } from '@nestjs/common';
import { warningIf, DoctorCheck, type DoctorCheckProvider, type Finding } from '../platform/doctor';
import { AccessSettings } from './access.settings';

/** Services that verify tokens by the published keys alone accept a token of a revoked session until it expires. */
const LONG_SECONDS = 15 * 60;

@Injectable()
@DoctorCheck({ topic: 'settings' })
export class AccessDoctorCheck implements DoctorCheckProvider {
  constructor(private readonly settings: AccessSettings) {}

  async check(): Promise<Finding[]> {
    const { accessTokenSeconds, requireVerifiedEmail } = this.settings;
    return [
      ...warningIf(
        accessTokenSeconds > LONG_SECONDS,
        `an access token lives for ${accessTokenSeconds / 60} minutes`,
        'ACCESS_TOKEN_MINUTES of 15 or less',
      ),
      ...warningIf(
        !requireVerifiedEmail,
        'an account can sign in before its address is verified, and a registration reveals which addresses have an account',
        'REQUIRE_VERIFIED_EMAIL=true',
      ),
    ];
  }
}
