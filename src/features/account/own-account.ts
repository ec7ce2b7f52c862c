import { Injectable } from '@nestjs/common';
import { InvalidToken, type Principal } from '../../access';
import { InvalidCredentials, PasswordConfirmation } from '../../auth';
import { SessionsService } from '../../sessions';
import { type User, UsersService } from '../../users';

/** What every change that a user makes to their own account begins with. */
@Injectable()
export class OwnAccount {
  constructor(
    private readonly users: UsersService,
    private readonly confirmation: PasswordConfirmation,
    private readonly sessions: SessionsService,
  ) {}

  /**
   * @returns the user as read before, for `lock`
   * @throws RateLimited before anything is checked; InvalidCredentials where this is not the user's password
   */
  async confirmPassword(principal: Principal, password: string): Promise<User> {
    return this.confirmation.confirm(principal, password);
  }

  /**
   * The user, locked. Whoever took the account back while a password was being checked has ended this session.
   * @throws InvalidToken where it is over, InvalidCredentials where this session itself has set another password since
   */
  async lock({ userId, sessionId }: Principal, proven: User): Promise<User> {
    const user = await this.users.lock({ id: userId });
    if (user?.status !== 'active' || !(await this.sessions.isLive(sessionId))) throw new InvalidToken();
    // Every change of a password ends sessions.
    if (user.sessionsEpoch !== proven.sessionsEpoch) throw new InvalidCredentials();
    return user;
  }
}
