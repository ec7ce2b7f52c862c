import { Module, type OnModuleInit } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { AccessModule, JWT, registeredStrategy } from '../access';
import { PasswordsModule } from '../passwords';
import { ConfigModule } from '../platform/config';
import { MailTextsModule } from '../platform/mail';
import { RolesModule } from '../roles';
import { SessionsModule } from '../sessions';
import { TokensModule } from '../tokens';
import { UsersModule } from '../users';
import { AuthController } from './auth.controller';
import { ADDRESS_TAKEN, NEW_SIGN_IN, REFRESH_TOKEN_REUSED } from './auth.mails';
import { AccessState } from './token/access-state';
import { AddedTokenClaims } from './token/access-token-claims';
import { PrincipalLoader } from './principal-loader';
import { ChangePasswordController } from './change-password.controller';
import { AccountDeletion } from './account-deletion';
import { DeviceTokens } from './login/device-tokens';
import { AccountRecovery } from './account-recovery';
import { JwtStrategy } from './token/jwt.strategy';
import { LocalStrategy } from './login/local-auth';
import { LoginChecks } from './login/login-checks';
import { LoginLimits } from './login/login-limits';
import { OpenResponses } from './token/open-responses';
import { PasswordConfirmation } from './password-confirmation';
import { PolicyController } from './policy/policy.controller';
import { RegistrationSettings } from './registration/registration.settings';
import { RegistrationService } from './registration/registration.service';
import { SecurityNotices } from './login/security-notices';
import { SignInService } from './login/sign-in.service';
import { LogoutService } from './token/logout.service';
import { ReauthenticationService } from './token/reauthentication.service';
import { TokenIssuer } from './token/token-issuer';
import { RefreshService } from './token/refresh.service';
import { SessionRevocationController } from './login/session-revocation.controller';

const MAILS = MailTextsModule.of({ types: [ADDRESS_TAKEN, NEW_SIGN_IN, REFRESH_TOKEN_REUSED] });
const SETTINGS = ConfigModule.forFeature(RegistrationSettings);

@Module({
  imports: [
    MAILS,
    SETTINGS,
    PassportModule,
    AccessModule,
    UsersModule,
    RolesModule,
    PasswordsModule,
    TokensModule,
    SessionsModule,
  ],
  controllers: [AuthController, SessionRevocationController, PolicyController, ChangePasswordController],
  providers: [
    AccessState,
    AddedTokenClaims,
    PrincipalLoader,
    AccountDeletion,
    DeviceTokens,
    AccountRecovery,
    LoginChecks,
    LoginLimits,
    OpenResponses,
    PasswordConfirmation,
    RegistrationService,
    SecurityNotices,
    SignInService,
    TokenIssuer,
    LogoutService,
    ReauthenticationService,
    RefreshService,
    LocalStrategy,
    JwtStrategy,
  ],
  exports: [
    SETTINGS,
    PrincipalLoader,
    AccountDeletion,
    DeviceTokens,
    AccountRecovery,
    LoginLimits,
    PasswordConfirmation,
    SecurityNotices,
    SignInService,
  ],
})
export class AuthModule implements OnModuleInit {
  /** @throws Error where another module registered a strategy under a name of this module */
  onModuleInit(): void {
    for (const [name, strategy] of [
      [JWT, JwtStrategy],
      ['local', LocalStrategy],
    ] as const) {
      const registered = registeredStrategy(name)?.constructor;
      if (registered !== strategy)
        throw new Error(
          `${registered?.name} is registered with Passport as "${name}" instead of ${strategy.name}.\n  → give it a name of its own: PassportStrategy(Strategy, 'another-name')`,
        );
    }
  }
}
