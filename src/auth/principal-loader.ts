import { Injectable } from '@nestjs/common';
import { AccessSettings, type Caller } from '../access';
import { ChangeFeed } from '../platform/change-feed';
import { RolesService } from '../roles';
import { type User, UsersService } from '../users';

/** Who may act in this application, for ways to authenticate of a module's own. */
@Injectable()
export class PrincipalLoader {
  constructor(
    private readonly users: UsersService,
    private readonly roles: RolesService,
    private readonly feed: ChangeFeed,
    private readonly settings: AccessSettings,
  ) {}

  /**
   * A user with what they may do at this moment, by one query.
   * @param userId whom the credentials are of; that they are genuine and alive is for the caller to know
   * @returns null for somebody who is gone, disabled, or may not sign in yet
   * @throws Unavailable where nobody can tell
   */
  async find(userId: string): Promise<Caller | null> {
    await this.feed.ensureFresh();
    const user = await this.users.findById(userId);
    if (!user || !this.maySignIn(user)) return null;
    const { roles } = user;
    return { userId, roles, permissions: this.roles.permissionsOf(roles) };
  }

  /** Whether somebody who proves who they are is let in. */
  maySignIn({ status, emailVerified }: User): boolean {
    return status === 'active' && (emailVerified || !this.settings.requireVerifiedEmail);
  }
}
