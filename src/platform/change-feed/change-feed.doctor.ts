import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Injectable } from '@nestjs/common';
import { Clock } from '../clock';
import { Database } from '../database';
import { withDeadline } from '../deadline';
import { warningIf, DoctorCheck, type DoctorCheckProvider, type Finding, okFinding } from '../doctor';
import { MAX_STALENESS_MS } from './change-feed';

/** How long news takes from one connection to another, tried on a channel that nobody else listens to. */
@Injectable()
@DoctorCheck({ topic: 'feed', after: 'migrations' })
export class ChangeFeedDoctorCheck implements DoctorCheckProvider {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async check(): Promise<Finding[]> {
    const ms = await this.tripMs(`gatehouse_doctor_${randomBytes(8).toString('hex')}`);
    const advice = 'a session pooler, or none, between here and the database passes them on';
    if (ms === undefined)
      return warningIf(
        true,
        'notifications do not arrive: what ends on one instance shows on others half a second later',
        advice,
      );
    const message = `news takes ${ms.toFixed(1)} ms through the database`;
    return ms < MAX_STALENESS_MS / 2
      ? [okFinding(message)]
      : warningIf(true, message, 'is the database overloaded, or far away?');
  }

  private async tripMs(channel: string): Promise<number | undefined> {
    const listener = await this.database.dedicatedConnection();
    try {
      await listener.query(`LISTEN ${channel}`);
      const heard = withDeadline(MAX_STALENESS_MS, async (signal) =>
        once(listener, 'notification', { signal }),
      );
      const told = this.clock.read();
      const [arrived] = await Promise.allSettled([heard, this.database.query({ text: `NOTIFY ${channel}` })]);
      return arrived.status === 'fulfilled' ? this.clock.elapsedMsSince(told) : undefined;
    } finally {
      await listener.end();
    }
  }
}
