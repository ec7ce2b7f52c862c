import { Injectable } from '@nestjs/common';
import type { QueryDeepPartialEntity } from 'typeorm';
import { Clock } from '../platform/clock';
import { Database } from '../platform/database';
import { ChangeFeed } from '../platform/change-feed';
import { User, type UserStatus } from './user.entity';
import { DROP_ROLE } from './user.store';

/** A role may have too many holders for one statement. */
const PAGE_ROWS = 5_000;

/** Changes status and roles of users. */
@Injectable()
export class UserRights {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly feed: ChangeFeed,
  ) {}

  /** Changes whether the user may sign in. Existing sessions are not revoked. */
  async setStatus(id: string, status: UserStatus): Promise<void> {
    await this.update(id, { status });
  }

  /** Replaces the roles of a user, which makes the user's access tokens stale on every instance. */
  async setRoles(id: string, roles: readonly string[]): Promise<void> {
    await this.update(id, { roles: [...roles] });
    await this.feed.publishAfterCommit();
  }

  /**
   * Removes a role from all its holders, which makes their access tokens stale.
   * @returns the number of holders
   */
  async dropRole(role: string): Promise<number> {
    let holders = 0;
    for (let rows = PAGE_ROWS; rows === PAGE_ROWS; holders += rows)
      rows = (await this.database.query(DROP_ROLE, [role, this.clock.now(), PAGE_ROWS])).length;
    await this.feed.publishAfterCommit();
    return holders;
  }

  private async update(id: string, changes: QueryDeepPartialEntity<User>): Promise<void> {
    await this.database.repository(User).update({ id }, { ...changes, updatedAt: this.clock.now() });
  }
}
