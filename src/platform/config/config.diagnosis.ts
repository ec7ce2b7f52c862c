import { Injectable } from '@nestjs/common';
import { Diagnosis, type DiagnosisProvider, type Finding } from '../diagnosis';
import { Environment } from './environment';

/** Whether the settings would start the application, and as what. */
@Injectable()
@Diagnosis({ topic: 'settings' })
export class SettingsDiagnosis implements DiagnosisProvider {
  constructor(private readonly environment: Environment) {}

  async diagnose(): Promise<Finding[]> {
    const faults = this.environment.faultsOf();
    if (faults.length > 0)
      return faults.map(({ name, problem, mend }) => ({
        level: 'fault',
        message: `${name} ${problem}: the application does not start`,
        advice: mend,
      }));
    const message = `NODE_ENV is ${this.environment.mode}, and every setting can be used`;
    if (this.environment.production) return [{ level: 'ok', message }];
    return [{ level: 'warning', message, advice: 'NODE_ENV=production before others use this' }];
  }
}
