import { Injectable } from '@nestjs/common';
import { warningIf, DoctorCheck, type DoctorCheckProvider, type Finding } from '../platform/doctor';
import { AccessSettings } from '../access';

@Injectable()
@DoctorCheck({ topic: 'settings' })
export class AuthDoctorCheck implements DoctorCheckProvider {
  constructor(private readonly settings: AccessSettings) {}

  async check(): Promise<Finding[]> {
    return warningIf(
      !this.settings.requireVerifiedEmail,
      'an account can sign in before its address is proven, and signing up tells which addresses are taken',
      'REQUIRE_VERIFIED_EMAIL=true',
    );
  }
}
