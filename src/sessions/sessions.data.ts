import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import { MAX } from 'uuid';
import { Database, readInBatches } from '../platform/database';
import { PersonalData, type PersonalDataProvider } from '../platform/personal-data';
import { UserSessionsStore } from './user-sessions.store';
import { Session } from './session.entity';

/** The stored sessions of the user, without the digests of their secrets. */
@Injectable()
@PersonalData({ section: 'sessions', tables: ['sessions'] })
export class SessionsData implements PersonalDataProvider {
  constructor(
    private readonly database: Database,
    private readonly all: UserSessionsStore,
  ) {}

  /** Newest first. */
  async *export(userId: string): AsyncGenerator {
    const sessions = readInBatches(async (before = MAX, take) =>
      this.database
        .repository(Session)
        .find({ where: { userId, id: LessThan(before) }, order: { id: 'DESC' }, take }),
    );
    for await (const session of sessions)
      yield { ...(session as object), userId: undefined, secretDigest: undefined };
  }

  async erase(userId: string): Promise<void> {
    await this.all.eraseOf(userId);
  }
}
