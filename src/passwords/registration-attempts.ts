import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock';
import { Database, type Statement } from '../platform/database';
import { Credential } from './credential.entity';
import { PasswordHasher } from './password-hasher';
import { RegistrationAttempt } from './registration-attempt.entity';

/** With the one that made the account, which has its password and name. */
export const MOST_ATTEMPTS = 5;

/** What a registration wanted the account to be. */
export interface AttemptedRegistration {
  /** As `PasswordsService.hash` made it. */
  readonly hash: string;
  /** Undefined for the one that made the account: its name is the account's already. */
  readonly displayName?: string | null;
}

// One statement, as for every other registration: what becomes of it shows in nothing.
const ADD: Statement = {
  text: `INSERT INTO registration_attempts (id, user_id, hash, display_name, created_at)
    SELECT $1, $2, $3, $4, $5 WHERE (SELECT count(*) FROM registration_attempts WHERE user_id = $2) < $6 RETURNING id`,
};

/**
 * The registrations of one unproven address. The first made the account; who registered it is not known, so a further one
 * neither replaces it nor is lost: whoever proves the mailbox then picks theirs by its password.
 */
@Injectable()
export class RegistrationAttempts {
  constructor(
    private readonly database: Database,
    private readonly hasher: PasswordHasher,
    private readonly clock: Clock,
  ) {}

  /**
   * Keeps a further one; the user is locked.
   * @returns false where there are as many as there may be, and it was not kept
   */
  async add(userId: string, { hash, displayName = null }: AttemptedRegistration): Promise<boolean> {
    const parameters = [this.clock.newId(), userId, hash, displayName, this.clock.now(), MOST_ATTEMPTS - 1];
    return (await this.database.query(ADD, parameters)).length > 0;
  }

  /** How many there are beyond the one that made the account. */
  async count(userId: string): Promise<number> {
    return this.database.repository(RegistrationAttempt).countBy({ userId });
  }

  /** The one that has this password; null where none has. */
  async pick(userId: string, password: string): Promise<AttemptedRegistration | null> {
    const first = await this.database.repository(Credential).findOneBy({ userId });
    const further = await this.database.repository(RegistrationAttempt).findBy({ userId });
    const attempts: AttemptedRegistration[] = [...(first ? [{ hash: first.hash }] : []), ...further];
    const verdicts = await Promise.all(
      attempts.map(async ({ hash }) => this.hasher.check(password, hash, userId)),
    );
    return attempts.find((_, index) => verdicts[index]?.matches) ?? null;
  }

  async drop(userId: string): Promise<void> {
    await this.database.repository(RegistrationAttempt).delete({ userId });
  }
}
