import { Injectable } from '@nestjs/common';
import { InvalidToken, type Principal, RecentSignIn } from '../../access';
import { OneTimeTokens } from '../../platform/one-time-tokens';
import { SessionsService } from '../../sessions';
import { type User, UsersService } from '../../users';

/** The users whose factors change, in the transaction of the change. */
@Injectable()
export class FactorOwners {
  constructor(
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
    private readonly tokens: OneTimeTokens,
    private readonly recent: RecentSignIn,
  ) {}

  /**
   * @returns the user, locked
   * @throws InvalidToken where the session is over; InsufficientUserAuthentication where the sign-in is not recent or strong enough
   */
  async lock(principal: Principal): Promise<User> {
    const { userId, sessionId } = principal;
    const user = await this.users.lock({ id: userId });
    if (user?.status !== 'active' || !(await this.sessions.isLive(sessionId))) throw new InvalidToken();
    // Under the lock: the first factor may have been added since the guard.
    await this.recent.assert(principal, 'aal1');
    return user;
  }

  /** Ends what the password alone has prepared: known devices, each with attempts of its own, and requested changes. */
  async endPreparations(userId: string): Promise<void> {
    await this.users.voidDevices(userId);
    await this.tokens.revokeAllOf(userId);
  }

  async endOtherSessions({ userId, sessionId }: Principal): Promise<void> {
    await this.sessions.revokeAllOf(userId, { except: sessionId });
  }
}
