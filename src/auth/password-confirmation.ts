import { Injectable } from '@nestjs/common';
import { type Principal, RecentSignIn } from '../access';
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
    private readonly recent: RecentSignIn,
    private readonly events: EventBus,
  ) {}

  /**
   * Confirms the password before a change of the account. The password alone is not enough for a user who has a factor.
   * @returns the user as read before the password was checked
   * @throws RateLimited before the check, or after too many correct passwords; InvalidCredentials for a wrong password;
   * InsufficientUserAuthentication where the user has a factor and no recent sign-in with it
   */
  async confirm(principal: Principal, password: string): Promise<User> {
    const user = await this.users.findById(principal.userId);
    if (user?.hasFactor) await this.recent.assert(principal, 'aal2');
    return this.check(principal, user, password);
  }

  /** Like `confirm`, for a sign-in: the caller asks for the factor itself. */
  async verify(principal: Principal, password: string): Promise<User> {
    return this.check(principal, await this.users.findById(principal.userId), password);
  }

  private async check({ userId, sessionId }: Principal, user: User | null, password: string): Promise<User> {
    const attempt = await this.attempts.consume(REAUTHENTICATION, sessionId);
    const matches = await this.attempts.run(attempt, async () =>
      this.passwords.verify(userId, password, { signsIn: true }),
    );
    if (!user || !matches) {
      await this.events.publish(new PasswordConfirmationFailed({ subjectId: userId, sessionId }));
      throw new InvalidCredentials('The password is incorrect.');
    }
    await this.attempts.refund(attempt);
    // Of a user with a factor by session, because a person who has only the password has none.
    await this.attempts.consume(RIGHT_PASSWORDS, userId, ...(user.hasFactor ? [sessionId] : []));
    return user;
  }
}
