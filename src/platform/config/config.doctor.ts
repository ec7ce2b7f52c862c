import { Injectable } from '@nestjs/common';
import { DoctorCheck, type DoctorCheckProvider, type Finding } from '../doctor';
import { Environment } from './environment';

/** Whether the settings would start the application, and as what. */
@Injectable()
@DoctorCheck({ topic: 'settings' })
export class SettingsDoctorCheck implements DoctorCheckProvider {
  constructor(private readonly environment: Environment) {}

  async check(): Promise<Finding[]> {
    const faults = this.environment.findFaults();
    if (faults.length > 0)
      return faults.map(({ name, problem, fix }) => ({
        level: 'fault',
        message: `${name} ${problem}: the application does not start`,
        advice: fix,
      }));
    const message = `NODE_ENV is ${this.environment.mode}, and every setting can be used`;
    if (this.environment.production) return [{ level: 'ok', message }];
    return [{ level: 'warning', message, advice: 'NODE_ENV=production before others use this' }];
  }
}
