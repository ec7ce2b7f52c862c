import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock';
import { Database } from '../platform/database';
import { Feed } from '../platform/feed';
import { User } from './user.entity';

export interface NewUser {
  readonly email: string;
  readonly displayName?: string | null;
}

@Injectable()
export class UsersService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly feed: Feed,
  ) {}

  /**
   * Adds an unverified user.
   * @returns the id, or null where the address is taken already
   */
  async add({ email, displayName = null }: NewUser): Promise<string | null> {
    const id = this.clock.newId();
    const now = this.clock.now();
    const user = {
      id,
      email,
      displayName,
      emailVerified: false,
      status: 'active' as const,
      accessVersion: 1,
      createdAt: now,
      updatedAt: now,
    };
    // One statement decides, so that two registrations of one address cannot both find it free.
    const insert = this.database
      .repository(User)
      .createQueryBuilder()
      .insert()
      .values(user)
      .orIgnore()
      .returning('id');
    const { raw } = (await insert.execute()) as { raw: unknown[] };
    return raw.length > 0 ? id : null;
  }

  /** @param email in its normal form */
  async findByEmail(email: string): Promise<User | null> {
    return this.database.repository(User).findOneBy({ email });
  }

  async findById(id: string): Promise<User | null> {
    return this.database.repository(User).findOneBy({ id });
  }

  /** @returns the user as changed, or null where there is none */
  async rename(id: string, displayName: string | null): Promise<User | null> {
    await this.database.repository(User).update({ id }, { displayName, updatedAt: this.clock.now() });
    return this.findById(id);
  }

  /** What the user may do has changed: access tokens from before are stale, on every instance. */
  async raiseAccessVersion(id: string): Promise<void> {
    const users = this.database.repository(User);
    await users.update({ id }, { accessVersion: () => 'access_version + 1', updatedAt: this.clock.now() });
    await this.feed.changed();
  }
}
