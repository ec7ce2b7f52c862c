import { Injectable } from '@nestjs/common';
import { InvalidToken, type Principal } from '../../access';
import { InvalidCredentials, PasswordConfirmation } from '../../auth';
import { SessionsService } from '../../sessions';
import { type User, UsersService } from '../../users';

/** Confirms the password and locks the user, before a user changes their own account. */
@Injectable()
export class OwnAccount {
  constructor(
    private readonly users: UsersService,
    private readonly confirmation: PasswordConfirmation,
    private readonly sessions: SessionsService,
  ) {}

  /**
   * @returns the user as read before, for `lock`
   * @throws RateLimited before the password is checked; InvalidCredentials where it is wrong
   */
  async confirmPassword(principal: Principal, password: string): Promise<User> {
    return this.confirmation.confirm(principal, password);
  }

  /**
   * @returns the user, locked. A recovery of the account while the password was being checked has revoked this session.
   * @throws InvalidToken where it is revoked, InvalidCredentials where this session has set another password since
   */
  async lock({ userId, sessionId }: Principal, proven: User): Promise<User> {
    const user = await this.users.lock({ id: userId });
    if (user?.status !== 'active' || !(await this.sessions.isLive(sessionId))) throw new InvalidToken();
    // Every change of the password increments the epoch.
    if (user.sessionsEpoch !== proven.sessionsEpoch) throw new InvalidCredentials();
    return user;
  }
}
