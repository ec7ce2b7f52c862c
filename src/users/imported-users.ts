import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock';
import { Database } from '../platform/database';
import { type NewUser, newUser } from './new-user';
import { ReservedEmails } from './reserved-emails';
import { User } from './user.entity';

/** Adds users of an older system in bulk. */
@Injectable()
export class ImportedUsers {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly reserved: ReservedEmails,
  ) {}

  /**
   * Adds the users whose address is free, the first where several have one address. To be called in a transaction.
   * @returns the ids of the added users by address
   */
  async add(users: readonly NewUser[]): Promise<Map<string, string>> {
    // One statement decides, so that a concurrent registration of the same address cannot succeed, too.
    const insert = this.database
      .repository(User)
      .createQueryBuilder()
      .insert()
      .values(users.map((user) => newUser(this.clock, user)))
      .orIgnore()
      .returning('id, email');
    const { raw } = (await insert.execute()) as { raw: Pick<User, 'id' | 'email'>[] };
    const added = new Map(raw.map(({ id, email }) => [email, id]));
    const reserved = await this.reserved.among([...added.keys()], null);
    const refused = reserved.flatMap((email) => added.get(email) ?? []);
    if (refused.length > 0) await this.database.repository(User).delete(refused);
    for (const email of reserved) added.delete(email);
    return added;
  }
}
