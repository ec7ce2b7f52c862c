import { Injectable } from '@nestjs/common';
import { Not, type QueryDeepPartialEntity, QueryFailedError } from 'typeorm';
import { Clock } from '../platform/clock';
import { Database } from '../platform/database';
import { FormerEmail } from './former-email.entity';
import { type NewUser, newUser } from './new-user';
import { ReservedEmails } from './reserved-emails';
import { User } from './user.entity';
import { USER_BY_EMAIL } from './user.store';

@Injectable()
export class UsersService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly reserved: ReservedEmails,
  ) {}

  /**
   * Adds an unverified user, in a transaction.
   * @returns the id, or null where the address is taken already
   */
  async add({ email, displayName }: Pick<NewUser, 'email' | 'displayName'>): Promise<string | null> {
    const user = newUser(this.clock, { email, displayName });
    const { id } = user;
    // One statement decides, so that two registrations of one address cannot both find it free.
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

  /** @param email in its normal form */
  async findByEmail(email: string): Promise<User | null> {
    const [row] = await this.database.query<User | { id: null }>(USER_BY_EMAIL, [email]);
    return row?.id ? row : null;
  }

  async findById(id: string): Promise<User | null> {
    return this.database.repository(User).findOneBy({ id });
  }

  /**
   * The user as they are now and remain until the transaction ends: whatever changes an account takes this first, so that
   * such changes come one after the other and none goes by what another has just undone.
   */
  async lock(which: { id: string } | { email: string }): Promise<User | null> {
    return this.database.repository(User).findOne({ where: which, lock: { mode: 'pessimistic_write' } });
  }

  /** @returns the user as changed, or null where there is none */
  async rename(id: string, displayName: string | null): Promise<User | null> {
    await this.update(id, { displayName });
    return this.findById(id);
  }

  /** The mailbox was proven to be the user's. */
  async verifyEmail(id: string): Promise<void> {
    await this.update(id, { emailVerified: true });
  }

  /**
   * Gives a locked user another address, proven by now, and keeps the one before for them, if that was proven, too: a
   * stranger must not keep an address from its owner by giving it up.
   * @returns false where it is taken; the transaction is to be undone then
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
   * Gives a locked user an address back that was kept for them. The one they leave is kept in its turn, and so are the
   * others: an earlier link may still lead there, and whoever used this one may be a thief who used his own.
   * @returns false where it was never proven, hence not kept, and another account has it or may get it back; the transaction is to be
   * rolled back then
   */
  async restoreEmail({ id, email: left }: User, email: string, reservedUntil: Date): Promise<boolean> {
    if (!(await this.moveTo(id, email))) return false;
    const emails = this.database.repository(FormerEmail);
    await emails.delete({ userId: id, email });
    if (left !== email) await emails.upsert({ email: left, userId: id, reservedUntil }, ['email']);
    return true;
  }

  /** Whether somebody else has the address, or may get it back. */
  async isTaken(email: string, exceptId: string): Promise<boolean> {
    const isUsed = await this.database.repository(User).existsBy({ email, id: Not(exceptId) });
    return isUsed || this.reserved.isForOther(email, exceptId);
  }

  /** Device tokens from before count for nothing from now on. */
  async voidDevices(id: string): Promise<void> {
    await this.update(id, { devicesEpoch: () => 'devices_epoch + 1' });
  }

  async remove(id: string): Promise<void> {
    await this.database.repository(User).delete({ id });
  }

  /** @returns false where another account has the address, or may get it back; the transaction is to be rolled back then */
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
