import { Injectable } from '@nestjs/common';
import { LessThanOrEqual } from 'typeorm';
import { Clock, HOUR_MS } from '../platform/clock';
import { Database } from '../platform/database';
import { JobScheduler } from '../platform/jobs';
import { FormerEmail } from './former-email.entity';

/** Deletes former addresses whose reservation has expired. */
@Injectable()
export class UsersJobs {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    jobs: JobScheduler,
  ) {
    jobs.schedule({ name: 'former-emails', everyMs: HOUR_MS, runBatch: async () => this.purge() });
  }

  private async purge(): Promise<boolean> {
    await this.database.repository(FormerEmail).delete({ reservedUntil: LessThanOrEqual(this.clock.now()) });
    return false;
  }
}
