import { Injectable } from '@nestjs/common';
import { warningIf, DoctorCheck, type DoctorCheckProvider, type Finding } from '../platform/doctor';
import { SessionSettings } from './session.settings';

const DAY_MS = 86_400_000;
/** NIST SP 800-63B-4 has people prove again who they are after thirty days at the latest, at its lowest level. */
const LONG_IDLE_DAYS = 30;
const LONG_DAYS = 90;

@Injectable()
@DoctorCheck({ topic: 'settings' })
export class SessionsDoctorCheck implements DoctorCheckProvider {
  constructor(private readonly settings: SessionSettings) {}

  async check(): Promise<Finding[]> {
    const [idleDays, days] = [this.settings.idleMs / DAY_MS, this.settings.maxMs / DAY_MS];
    return [
      ...warningIf(
        idleDays > LONG_IDLE_DAYS,
        `a session that nobody uses lives for ${idleDays} days`,
        `SESSION_IDLE_DAYS of ${LONG_IDLE_DAYS} or less`,
      ),
      ...warningIf(
        days > LONG_DAYS,
        `a session lives for ${days} days`,
        `SESSION_MAX_DAYS of ${LONG_DAYS} or less`,
      ),
    ];
  }
}
