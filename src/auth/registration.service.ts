import { Injectable } from '@nestjs/common';
import { PasswordsService } from '../passwords';
import { Database } from '../platform/database';
import { UsersService } from '../users';
import type { RegisterRequest } from './auth.dto';

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
    });
  }
}
