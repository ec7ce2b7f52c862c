import { Injectable } from '@nestjs/common';
import { AccessSettings, type Caller } from '../access';
import { ChangeFeed } from '../platform/change-feed';
import { RolesService } from '../roles';
import { type User, UsersService } from '../users';

/** Loads users with their rights, for authentication strategies of other modules. */
@Injectable()
export class PrincipalLoader {
  constructor(
    private readonly users: UsersService,
    private readonly roles: RolesService,
    private readonly feed: ChangeFeed,
    private readonly settings: AccessSettings,
  ) {}

  /**
   * A user with the current rights, by one query.
   * @param userId the owner of credentials that the strategy has verified
   * @returns null for a user who is deleted, disabled, or not verified where that is required
   * @throws Unavailable where the change feed cannot be refreshed
   */
  async find(userId: string): Promise<Caller | null> {
    await this.feed.ensureFresh();
    const user = await this.users.findById(userId);
    if (!user || !this.maySignIn(user)) return null;
    // Credentials of other strategies prove no second factor.
    return { userId, ...this.roles.rightsOf({ roles: user.roles, acr: 'aal1' }) };
  }

  maySignIn({ status, emailVerified }: User): boolean {
    return status === 'active' && (emailVerified || !this.settings.requireVerifiedEmail);
  }
}
