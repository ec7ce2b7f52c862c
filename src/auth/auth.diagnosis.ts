import { Injectable } from '@nestjs/common';
import { advise, Diagnosis, type DiagnosisProvider, type Finding } from '../platform/diagnosis';
import { AccessSettings } from '../access';

@Injectable()
@Diagnosis({ topic: 'settings' })
export class AuthDiagnosis implements DiagnosisProvider {
  constructor(private readonly settings: AccessSettings) {}

  async diagnose(): Promise<Finding[]> {
    return advise(
      !this.settings.requireVerifiedEmail,
      'an account can sign in before its address is proven, and signing up tells which addresses are taken',
      'REQUIRE_VERIFIED_EMAIL=true',
    );
  }
}
