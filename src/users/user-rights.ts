import { Injectable } from '@nestjs/common';
import type { QueryDeepPartialEntity } from 'typeorm';
import { Clock } from '../platform/clock';
import { Database } from '../platform/database';
import { ChangeFeed } from '../platform/change-feed';
import { User, type UserStatus } from './user.entity';
import { DROP_ROLE } from './user.store';

/** A role may have more holders than one statement has time for. */
const PAGE_ROWS = 5_000;

/** Whether users may sign in, and as what. */
@Injectable()
export class UserRights {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly feed: ChangeFeed,
  ) {}

  /** Whether they may sign in; the sessions they have are not ended by this. */
  async setStatus(id: string, status: UserStatus): Promise<void> {
    await this.update(id, { status });
  }

  /** What the user may do is what these roles say from now on: their access tokens are stale, on every instance. */
  async setRoles(id: string, roles: readonly string[]): Promise<void> {
    await this.update(id, { roles: [...roles] });
    await this.feed.publishAfterCommit();
  }

  /**
   * Nobody has this role any more; the access tokens of those who had it are stale.
   * @returns how many had it
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
