import { Injectable } from '@nestjs/common';
import { advise, Diagnosis, type DiagnosisProvider, type Finding } from '../diagnosis';
import { AttemptsSettings } from './attempts.settings';

@Injectable()
@Diagnosis({ topic: 'settings' })
export class AttemptsDiagnosis implements DiagnosisProvider {
  constructor(private readonly settings: AttemptsSettings) {}

  async diagnose(): Promise<Finding[]> {
    return advise(
      !this.settings.limited,
      'no attempts are counted: passwords can be guessed at',
      'RATE_LIMITS=on',
    );
  }
}
