import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock';
import { Database, type Statement } from '../platform/database';
import { Credential } from './credential.entity';
import { PasswordHasher } from './password-hasher';
import { RegistrationAttempt } from './registration-attempt.entity';

/** Includes the registration that created the account and whose password and name are stored there. */
export const MOST_ATTEMPTS = 5;

export interface AttemptedRegistration {
  /** From `PasswordsService.hash`. */
  readonly hash: string;
  /** Undefined for the registration that created the account, which already has the name. */
  readonly displayName?: string | null;
}

// One statement, as for every other registration, so that the response time reveals nothing.
const ADD: Statement = {
  name: 'registration-attempt-add',
  text: `INSERT INTO registration_attempts (id, user_id, hash, display_name, created_at)
    SELECT $1, $2, $3, $4, $5 WHERE (SELECT count(*) FROM registration_attempts WHERE user_id = $2) < $6 RETURNING id`,
};

/**
 * Stores further registrations of an unverified address. It is unknown which registration is the owner's, so none replaces another. The
 * user who verifies the address selects one by its password.
 */
@Injectable()
export class RegistrationAttempts {
  constructor(
    private readonly database: Database,
    private readonly hasher: PasswordHasher,
    private readonly clock: Clock,
  ) {}

  /**
   * Stores a further registration. To be called with the user locked.
   * @returns false where the limit is reached and it was not stored
   */
  async add(userId: string, { hash, displayName = null }: AttemptedRegistration): Promise<boolean> {
    const parameters = [this.clock.newId(), userId, hash, displayName, this.clock.now(), MOST_ATTEMPTS - 1];
    return (await this.database.query(ADD, parameters)).length > 0;
  }

  /** The number of registrations besides the one that created the account. */
  async count(userId: string): Promise<number> {
    return this.database.repository(RegistrationAttempt).countBy({ userId });
  }

  /** The registration with this password; null where none matches. */
  async pick(userId: string, password: string): Promise<AttemptedRegistration | null> {
    const first = await this.database.repository(Credential).findOneBy({ userId });
    const further = await this.database.repository(RegistrationAttempt).findBy({ userId });
    const attempts: AttemptedRegistration[] = [...(first ? [{ hash: first.hash }] : []), ...further];
    const results = await Promise.all(
      attempts.map(async ({ hash }) => this.hasher.check(password, hash, userId)),
    );
    return attempts.find((_, index) => results[index]?.matches) ?? null;
  }

  async drop(userId: string): Promise<void> {
    await this.database.repository(RegistrationAttempt).delete({ userId });
  }
}
