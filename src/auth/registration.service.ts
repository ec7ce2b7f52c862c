import { Injectable } from '@nestjs/common';
import { PasswordsService } from '../passwords';
import { Database, type Statement } from '../platform/database';
import { UsersService } from '../users';
import type { RegisterRequest } from './auth.dto';

// A transaction that wrote nothing commits without waiting for the disk, and that wait can be seen from outside.
const DECOY_WRITE: Statement = { text: `SELECT pg_logical_emit_message(true, 'gatehouse', $1)` };

/** Signing up. Whether the address was free shows in nothing: not in the answer, not in the work done for it. */
@Injectable()
export class RegistrationService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly passwords: PasswordsService,
  ) {}

  /** @throws ValidationFailed where the password does not follow the policy */
  async register({ email, password, displayName }: RegisterRequest): Promise<void> {
    this.passwords.assertAcceptable(password, '/password');
    const hash = await this.passwords.hash(password);
    await this.database.transaction(async () => {
      const userId = await this.users.add({ email, displayName });
      if (userId) await this.passwords.store(userId, hash);
      else await this.database.query(DECOY_WRITE, [hash]);
    });
  }
}
