import { Injectable } from '@nestjs/common';
import {
  requireActiveUser,
  AccountRecovery,
  RegistrationClosed,
  RegistrationSettings,
  suspectSince,
} from '../../auth';
import { PasswordsService } from '../../passwords';
import { EventBus } from '../../platform/events';
import { OneTimeTokens } from '../../platform/one-time-tokens';
import {
  Administrators,
  type PermissionSet,
  permissionSetOf,
  missingPermissions,
  RolesService,
} from '../../roles';
import { UsersService } from '../../users';
import { InvitationAccepted } from './administration.events';
import type { AcceptInvitationRequest } from './invitations.dto';
import { INVITATION, parseRoleNames, OPERATOR_ID } from './invitation';
import { fittingRoles } from './role-names';

const INVITING: PermissionSet = { isAdmin: false, permissions: new Set(['users:write']) };

/** Accepts invitations with a password that the user chooses. */
@Injectable()
export class InvitationAcceptance {
  constructor(
    private readonly administrators: Administrators,
    private readonly users: UsersService,
    private readonly roles: RolesService,
    private readonly passwords: PasswordsService,
    private readonly tokens: OneTimeTokens,
    private readonly recovery: AccountRecovery,
    private readonly events: EventBus,
    private readonly registration: RegistrationSettings,
  ) {}

  /**
   * The link proves the mailbox: the account is verified, and all earlier credentials and sessions are revoked.
   * @throws InvalidOrExpiredToken, RegistrationClosed, or ValidationFailed where the password does not follow the policy; the token stays valid then
   */
  async accept({ token, password, displayName }: AcceptInvitationRequest): Promise<void> {
    const { userId, details: invitation } = await this.tokens.get(INVITATION, token);
    if (this.registration.mode === 'off' && invitation.by !== OPERATOR_ID)
      throw RegistrationClosed.ofInvitations();
    const invited = requireActiveUser(await this.users.findById(userId));
    const owner = {
      email: invited.email,
      displayName: displayName === undefined ? invited.displayName : displayName,
    };
    const hash = await this.passwords.hashNew(password, { pointer: '/password', owner, account: userId });
    await this.administrators.withAdministrationLock(async () => {
      const user = requireActiveUser(await this.users.lock({ id: userId }));
      const { details } = await this.tokens.redeem(INVITATION, token);
      await this.recovery.recover(userId, { hash, since: suspectSince(user) });
      if (displayName !== undefined) await this.users.rename(userId, displayName);
      const { by: invitedBy = '', roles: promised = '' } = details;
      const added = await this.grantable(invitedBy, parseRoleNames(promised));
      const roles = fittingRoles([...user.roles, ...added]);
      if (added.length > 0) await this.users.setRoles(userId, roles);
      const dropped = parseRoleNames(promised).filter((name) => !roles.includes(name));
      const facts = { subjectId: userId, actorId: userId, details: { invitedBy, added, dropped } };
      await this.events.publish(new InvitationAccepted(facts));
    });
  }

  /** Omits the roles that have been deleted, or that the inviter may not grant any more, since the invitation. */
  private async grantable(inviterId: string, names: readonly string[]): Promise<string[]> {
    const all = await this.roles.all();
    const existing = names.filter((name) => all.some((role) => role.name === name));
    if (inviterId === OPERATOR_ID || existing.length === 0) return existing;
    const inviter = await this.users.findById(inviterId);
    if (inviter?.status !== 'active') return [];
    const holding = permissionSetOf(all, inviter.roles);
    if (missingPermissions(holding, INVITING).length > 0) return [];
    return existing.filter((name) => missingPermissions(holding, permissionSetOf(all, [name])).length === 0);
  }
}
