import { Injectable } from '@nestjs/common';
import {
  DoctorCheck,
  type DoctorCheckProvider,
  faultFinding,
  type Finding,
  okFinding,
  warningFinding,
} from '../doctor';
import { Environment } from './environment';
import type { SettingFault } from './invalid-environment';

/** Whether the application would start with the settings, and what the settings classes found. */
@Injectable()
@DoctorCheck({ topic: 'settings' })
export class SettingsDoctorCheck implements DoctorCheckProvider {
  constructor(private readonly environment: Environment) {}

  async check(): Promise<Finding[]> {
    const faults = this.environment.findFaults();
    return [...(faults.length > 0 ? faults.map(findingOf) : [this.mode()]), ...this.environment.findings];
  }

  private mode(): Finding {
    const message = `NODE_ENV is ${this.environment.mode}, and every setting is valid`;
    if (this.environment.production) return okFinding(message);
    return warningFinding(message, 'set NODE_ENV=production before users depend on it');
  }
}

function findingOf({ name, problem, fix }: SettingFault): Finding {
  return faultFinding(`${name} ${problem}: the application does not start`, fix);
}
