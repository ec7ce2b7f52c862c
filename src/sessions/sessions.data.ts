import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import { MAX } from 'uuid';
import { Database, deleteInBatches, readInBatches, type Statement } from '../platform/database';
import { PersonalData, type PersonalDataProvider } from '../platform/personal-data';
import { Session } from './session.entity';

const ERASE: Statement = {
  text: `DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE user_id = $1 LIMIT $2) RETURNING true AS erased`,
};

/** The stored sessions of the user, without the digests of their secrets. */
@Injectable()
@PersonalData({ section: 'sessions', tables: ['sessions'] })
export class SessionsData implements PersonalDataProvider {
  constructor(private readonly database: Database) {}

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
    await deleteInBatches(async (rows) => (await this.database.query(ERASE, [userId, rows])).length);
  }
}
