import { Injectable } from '@nestjs/common';
import type { Principal } from '../access';
import { PasswordsService } from '../passwords';
import { RateLimiter } from '../platform/rate-limits';
import { EventBus } from '../platform/events';
import { type User, UsersService } from '../users';
import { REAUTHENTICATION, RIGHT_PASSWORDS } from './auth.rate-limits';
import { InvalidCredentials } from './auth.errors';
import { PasswordConfirmationFailed } from './auth.events';

@Injectable()
export class PasswordConfirmation {
  constructor(
    private readonly users: UsersService,
    private readonly passwords: PasswordsService,
    private readonly attempts: RateLimiter,
    private readonly events: EventBus,
  ) {}

  /**
   * @returns the user as read before the password was checked
   * @throws RateLimited before the check, or after too many correct passwords; InvalidCredentials for a wrong password
   */
  async confirm({ userId, sessionId }: Principal, password: string): Promise<User> {
    const attempt = await this.attempts.consume(REAUTHENTICATION, sessionId);
    const user = await this.users.findById(userId);
    const matches = await this.attempts.run(attempt, async () =>
      this.passwords.verify(userId, password, { signsIn: true }),
    );
    if (!user || !matches) {
      await this.events.publish(new PasswordConfirmationFailed({ subjectId: userId, sessionId }));
      throw new InvalidCredentials('The password is incorrect.');
    }
    await this.attempts.refund(attempt);
    await this.attempts.consume(RIGHT_PASSWORDS, userId);
    return user;
  }
}
