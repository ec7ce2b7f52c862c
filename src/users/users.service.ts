import { Injectable } from '@nestjs/common';
import { Not, type QueryDeepPartialEntity, QueryFailedError } from 'typeorm';
import { Clock } from '../platform/clock';
import { Database } from '../platform/database';
import { ChangeFeed } from '../platform/change-feed';
import { FormerEmail } from './former-email.entity';
import { type NewUser, newUser } from './new-user';
import { ReservedEmails } from './reserved-emails';
import { User, type UserStatus } from './user.entity';
import { DROP_ROLE, USER_BY_EMAIL } from './user.store';

/** A role may have too many holders for one statement. */
const PAGE_ROWS = 5_000;

@Injectable()
export class UsersService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly reserved: ReservedEmails,
    private readonly feed: ChangeFeed,
  ) {}

  /**
   * Adds an unverified user. To be called in a transaction.
   * @returns the id, or null where the address is taken or reserved
   */
  async add({ email, displayName }: Pick<NewUser, 'email' | 'displayName'>): Promise<string | null> {
    const user = newUser(this.clock, { email, displayName });
    const { id } = user;
    // One statement decides, so that two concurrent registrations of one address cannot both succeed.
    const insert = this.database
      .repository(User)
      .createQueryBuilder()
      .insert()
      .values(user)
      .orIgnore()
      .returning('id');
    const { raw } = (await insert.execute()) as { raw: unknown[] };
    const reserved = await this.reserved.isForOther(email, id);
    if (raw.length > 0 && !reserved) return id;
    if (reserved) await this.remove(id);
    return null;
  }

  /** @param email normalised by `normaliseEmail` */
  async findByEmail(email: string): Promise<User | null> {
    const [row] = await this.database.query<User | { id: null }>(USER_BY_EMAIL, [email]);
    return row?.id ? row : null;
  }

  async findById(id: string): Promise<User | null> {
    return this.database.repository(User).findOneBy({ id });
  }

  /**
   * Locks the row of a user until the transaction ends. Every change of an account takes this lock first, so that changes are serialised
   * and none decides by a state that another has just changed.
   */
  async lock(which: { id: string } | { email: string }): Promise<User | null> {
    return this.database.repository(User).findOne({ where: which, lock: { mode: 'pessimistic_write' } });
  }

  /** @returns the changed user, or null where the user does not exist */
  async rename(id: string, displayName: string | null): Promise<User | null> {
    await this.update(id, { displayName });
    return this.findById(id);
  }

  async verifyEmail(id: string): Promise<void> {
    await this.update(id, { emailVerified: true });
  }

  /**
   * Changes the address of a locked user to a verified one. Reserves the former address for the user only if it was verified, because a
   * stranger must not block an address that was never theirs.
   * @returns false where the address is taken; the transaction must then be rolled back
   */
  async changeEmail(
    { id, email: former, emailVerified }: User,
    email: string,
    reservedUntil: Date,
  ): Promise<boolean> {
    if (!(await this.moveTo(id, email))) return false;
    const emails = this.database.repository(FormerEmail);
    await emails.delete({ email });
    if (former !== email && emailVerified)
      await emails.upsert({ email: former, userId: id, reservedUntil }, ['email']);
    return true;
  }

  /**
   * Restores a former address of a locked user. The address that the user leaves is reserved, and other reservations stay, because an
   * attacker may have used this link and the owner may still use an earlier one.
   * @returns false where the address was never verified, hence not reserved, and another account has or may restore it; the transaction must
   * then be rolled back
   */
  async restoreEmail({ id, email: left }: User, email: string, reservedUntil: Date): Promise<boolean> {
    if (!(await this.moveTo(id, email))) return false;
    const emails = this.database.repository(FormerEmail);
    await emails.delete({ userId: id, email });
    if (left !== email) await emails.upsert({ email: left, userId: id, reservedUntil }, ['email']);
    return true;
  }

  /** Whether the address belongs to, or is reserved for, an account other than `exceptId`. */
  async isTaken(email: string, exceptId: string): Promise<boolean> {
    const isUsed = await this.database.repository(User).existsBy({ email, id: Not(exceptId) });
    return isUsed || this.reserved.isForOther(email, exceptId);
  }

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

  /** Revokes all device tokens of a user. */
  async voidDevices(id: string): Promise<void> {
    await this.update(id, { devicesEpoch: () => 'devices_epoch + 1' });
  }

  async remove(id: string): Promise<void> {
    await this.database.repository(User).delete({ id });
  }

  /** @returns false where another account has or may restore the address; the transaction must then be rolled back */
  private async moveTo(id: string, email: string): Promise<boolean> {
    try {
      await this.update(id, { email, emailVerified: true });
      return !(await this.reserved.isForOther(email, id));
    } catch (error) {
      // SQLSTATE unique_violation.
      if (error instanceof QueryFailedError && error.driverError.code === '23505') return false;
      throw error;
    }
  }

  private async update(id: string, changes: QueryDeepPartialEntity<User>): Promise<void> {
    await this.database.repository(User).update({ id }, { ...changes, updatedAt: this.clock.now() });
  }
}
