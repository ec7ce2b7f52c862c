import { Injectable } from '@nestjs/common';
import { advise, Diagnosis, type DiagnosisProvider, type Finding } from '../platform/diagnosis';
import { AccessSettings } from './access.settings';

/** Other services, that verify by the key set alone, learn of a session's end no sooner than this. */
const LONG_SECONDS = 15 * 60;

@Injectable()
@Diagnosis({ topic: 'settings' })
export class AccessDiagnosis implements DiagnosisProvider {
  constructor(private readonly settings: AccessSettings) {}

  async diagnose(): Promise<Finding[]> {
    const { accessTokenSeconds } = this.settings;
    return advise(
      accessTokenSeconds > LONG_SECONDS,
      `an access token lives for ${accessTokenSeconds / 60} minutes`,
      'ACCESS_TOKEN_MINUTES of 15 or less',
    );
  }
}
