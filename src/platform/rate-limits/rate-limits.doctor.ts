import { Injectable } from '@nestjs/common';
import { warningIf, DoctorCheck, type DoctorCheckProvider, type Finding } from '../doctor';
import { RateLimitSettings } from './rate-limits.settings';

@Injectable()
@DoctorCheck({ topic: 'settings' })
export class RateLimitsDoctorCheck implements DoctorCheckProvider {
  constructor(private readonly settings: RateLimitSettings) {}

  async check(): Promise<Finding[]> {
    return warningIf(
      !this.settings.enabled,
      'no attempts are counted: passwords can be guessed at',
      'RATE_LIMITS=on',
    );
  }
}
