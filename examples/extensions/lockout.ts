import { Injectable, Module } from '@nestjs/common';
import { type LoginAttempt, LoginCheck, type LoginCheckProvider, type LoginContext } from '../../src/auth';
import { Clock } from '../../src/platform/clock';
import { Database, DatabaseModule, SqlMigration } from '../../src/platform/database';
import { DomainError } from '../../src/platform/errors';

const MOST_FAILURES = 5;
const LOCKED_MS = 15 * 60_000;

class CreateLockouts1795500000003 extends SqlMigration {
  override readonly statements = [
    'CREATE TABLE lockouts (email text PRIMARY KEY, failures integer NOT NULL, failed_at timestamptz NOT NULL)',
  ];
}

export class AddressLocked extends DomainError {
  static override readonly kind = 'forbidden';
  static override readonly code = 'address-locked';

  constructor() {
    super('Too many failed sign-ins for this address. Wait for 15 minutes, or reset the password.');
  }
}

/** Refuses every sign-in to an address for 15 minutes after five failures, also with the correct password. */
@Injectable()
@LoginCheck({ order: 10, problems: [AddressLocked] })
export class Lockout implements LoginCheckProvider {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async beforePasswordCheck({ email }: LoginAttempt): Promise<void> {
    const text = 'SELECT FROM lockouts WHERE email = $1 AND failures >= $2 AND failed_at > $3';
    const locked = await this.database.query({ text }, [email, MOST_FAILURES, this.since()]);
    if (locked.length > 0) throw new AddressLocked();
  }

  async onLoginFailure({ email }: LoginAttempt): Promise<void> {
    const text = `INSERT INTO lockouts AS l VALUES ($1, 1, $2) ON CONFLICT (email) DO UPDATE
      SET failures = CASE WHEN l.failed_at > $3 THEN l.failures + 1 ELSE 1 END, failed_at = $2`;
    await this.database.query({ text }, [email, this.clock.now(), this.since()]);
  }

  async check({ email }: LoginContext): Promise<void> {
    await this.database.query({ text: 'DELETE FROM lockouts WHERE email = $1' }, [email]);
  }

  private since(): Date {
    return new Date(this.clock.nowMs() - LOCKED_MS);
  }
}

@Module({ imports: [DatabaseModule.forFeature([], [CreateLockouts1795500000003])], providers: [Lockout] })
export class LockoutModule {}
