import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Injectable } from '@nestjs/common';
import { Clock } from '../clock';
import { Database } from '../database';
import { withDeadline } from '../deadline';
import { DoctorCheck, type DoctorCheckProvider, type Finding, okFinding, warningFinding } from '../doctor';
import { MAX_STALENESS_MS } from './change-feed';

/** Measures how long a notification takes from one connection to another, on a channel of its own. */
@Injectable()
@DoctorCheck({ topic: 'feed', after: 'migrations' })
export class ChangeFeedDoctorCheck implements DoctorCheckProvider {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async check(): Promise<Finding[]> {
    const ms = await this.roundTripMs(`gatehouse_doctor_${randomBytes(8).toString('hex')}`);
    const advice = 'use a session pooler or none: a transaction pooler does not pass notifications on';
    if (ms === undefined)
      return [
        warningFinding(
          'notifications do not arrive, so other instances learn of a revocation by polling, up to half a second later',
          advice,
        ),
      ];
    const message = `a notification takes ${ms.toFixed(1)} ms through the database`;
    return [
      ms < MAX_STALENESS_MS / 2
        ? okFinding(message)
        : warningFinding(message, 'check the load of the database and the network distance to it'),
    ];
  }

  private async roundTripMs(channel: string): Promise<number | undefined> {
    const listener = await this.database.dedicatedConnection();
    try {
      await listener.query(`LISTEN ${channel}`);
      const received = withDeadline(MAX_STALENESS_MS, async (signal) =>
        once(listener, 'notification', { signal }),
      );
      const sentAt = this.clock.read();
      const [result] = await Promise.allSettled([
        received,
        this.database.query({ text: `NOTIFY ${channel}` }),
      ]);
      return result.status === 'fulfilled' ? this.clock.elapsedMsSince(sentAt) : undefined;
    } finally {
      await listener.end();
    }
  }
}
