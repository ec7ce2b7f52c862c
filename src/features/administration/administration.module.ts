import { Module } from '@nestjs/common';
import { AccessModule, PermissionsModule } from '../../access';
import { AuthModule } from '../../auth';
import { PasswordsModule } from '../../passwords';
import { CommandsModule } from '../../platform/commands';
import { MailTextsModule } from '../../platform/mail';
import { RolesModule } from '../../roles';
import { SessionsModule } from '../../sessions';
import { UsersModule } from '../../users';
import { Administration } from './administration';
import { addAdministrationCommands } from './administration.commands';
import { INVITATION_MAIL } from './administration.mails';
import { FirstAdmin } from './first-admin';
import { InvitationAcceptance } from './invitation-acceptance';
import { InvitationsController } from './invitations.controller';
import { InvitationsService } from './invitations.service';
import { RolesAdminController } from './roles-admin.controller';
import { RolesAdminService } from './roles-admin.service';
import { UserSessionsController } from './user-sessions.controller';
import { UsersAdminController } from './users-admin.controller';
import { UsersAdminService } from './users-admin.service';

const PERMISSIONS = PermissionsModule.of({
  'users:read': 'See every account',
  'users:write': 'Invite, disable, enable and delete users, give and take roles',
  'sessions:read': 'See where others are signed in',
  'sessions:write': 'Sign others out',
  'roles:read': 'See the roles and what they are made of',
  'roles:write': 'Make, change and delete roles',
});

const COMMANDS = CommandsModule.forFeature(addAdministrationCommands);
const MAILS = MailTextsModule.of({ types: [INVITATION_MAIL] });

@Module({
  imports: [
    AccessModule,
    AuthModule,
    UsersModule,
    RolesModule,
    PasswordsModule,
    SessionsModule,
    PERMISSIONS,
    MAILS,
    COMMANDS,
  ],
  controllers: [UsersAdminController, UserSessionsController, RolesAdminController, InvitationsController],
  providers: [
    Administration,
    UsersAdminService,
    RolesAdminService,
    InvitationsService,
    InvitationAcceptance,
    FirstAdmin,
  ],
  exports: [FirstAdmin],
})
export class AdministrationModule {}
