import { Injectable } from '@nestjs/common';
import type { Principal } from '../../access';
import { AccountRecovery, SINCE_CREATION } from '../../auth';
import { RateLimiter } from '../../platform/rate-limits';
import { EventBus } from '../../platform/events';
import { type ClientInfo, Conflict } from '../../platform/http';
import { Mailer } from '../../platform/mail';
import { type IssuedToken, OneTimeTokens } from '../../platform/one-time-tokens';
import { Administrators, permissionSetOf, RolesService } from '../../roles';
import { type User, UsersService } from '../../users';
import { Administration, type ActorPermissions } from './administration';
import { UserEnabled, UserInvited } from './administration.events';
import { INVITATION_MAIL } from './administration.mails';
import { INVITATION, OPERATOR_ID } from './invitation';
import { INVITATION_BY_ACTOR, INVITATION_TO_ADDRESS } from './administration.rate-limits';
import { assertExisting } from './role-names';
import type { InviteUserRequest } from './users-admin.dto';

/** The invited user, and the token of the mail. */
export interface IssuedInvitation {
  readonly user: User;
  readonly token: IssuedToken;
}

/** The inviting administrator or the operator. */
interface Inviter extends ActorPermissions {
  readonly id: string;
  readonly language: string | null;
}

/** Invites users, who choose their own passwords. */
@Injectable()
export class InvitationsService {
  constructor(
    private readonly administration: Administration,
    private readonly administrators: Administrators,
    private readonly attempts: RateLimiter,
    private readonly users: UsersService,
    private readonly roles: RolesService,
    private readonly tokens: OneTimeTokens,
    private readonly recovery: AccountRecovery,
    private readonly mailer: Mailer,
    private readonly events: EventBus,
  ) {}

  /**
   * @throws InsufficientPermission for a role with a permission that the actor lacks, ValidationFailed for an unknown role,
   * Conflict where the address has a verified account or is reserved for its former owner, RateLimited
   */
  async invite(principal: Principal, request: InviteUserRequest, { language }: ClientInfo): Promise<User> {
    await this.attempts.consume(INVITATION_BY_ACTOR, principal.userId);
    const mail = await this.attempts.consume(INVITATION_TO_ADDRESS, request.email);
    try {
      return await this.administration.exclusively(principal, 'users:write', async (actor) => {
        const { user } = await this.issue(request, { ...actor, id: actor.user.id, language });
        return user;
      });
    } catch (error) {
      // No mail was sent.
      await this.attempts.refund(mail);
      throw error;
    }
  }

  /** Invites with every permission, for a command. @throws Conflict like `invite` */
  async inviteAsOperator(request: InviteUserRequest): Promise<IssuedInvitation> {
    return this.administrators.withAdministrationLock(async () => {
      const all = await this.roles.all();
      const operator = {
        id: OPERATOR_ID,
        all,
        isAdmin: true,
        permissions: new Set<string>(),
        language: null,
      };
      return this.issue(request, operator);
    });
  }

  private async issue(
    { email, displayName = null, roles = [] }: InviteUserRequest,
    inviter: Inviter,
  ): Promise<IssuedInvitation> {
    assertExisting(inviter.all, roles);
    this.administration.assertHasPermissions(inviter, permissionSetOf(inviter.all, roles));
    const details = { roles: roles.join(' '), by: inviter.id };
    const isNew = (await this.users.add({ email, displayName })) !== null;
    const user = await this.users.lock({ email });
    if (!user || (!isNew && user.emailVerified))
      throw new Conflict('There is a verified account of this address.');
    if (!isNew) {
      await this.administration.lockChangeable(inviter, user.id);
      // The links of earlier identical invitations stay valid: each of them has been printed or sent.
      await this.recovery.revokeCredentials(user.id, SINCE_CREATION, { purpose: INVITATION, details });
      if (user.status === 'disabled') await this.enable(user.id);
    }
    const token = await this.tokens.issue(INVITATION, { userId: user.id, details });
    if (!token)
      throw new Conflict(
        'Five invitations of this address are open, and each of them works. Use one of those.',
      );
    const { language } = inviter;
    await this.mailer.send(user, INVITATION_MAIL, { language, token, isCounted: true });
    await this.events.publish(new UserInvited({ subjectId: user.id, details: { roles, by: inviter.id } }));
    // The display name may be that of an earlier, unverified registration.
    return { user: (await this.users.rename(user.id, displayName)) ?? user, token };
  }

  private async enable(id: string): Promise<void> {
    await this.users.setStatus(id, 'active');
    await this.events.publish(new UserEnabled({ subjectId: id }));
  }
}
