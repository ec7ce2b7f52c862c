import { Module, type OnModuleInit } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { AccessModule, JWT, registeredAs } from '../access';
import { PasswordsModule } from '../passwords';
import { RolesModule } from '../roles';
import { SessionsModule } from '../sessions';
import { TokensModule } from '../tokens';
import { UsersModule } from '../users';
import { AuthDoctorCheck } from './auth.doctor';
import { AuthController } from './auth.controller';
import { AuthService } from './auth.service';
import { AccessState } from './token/access-state';
import { AddedTokenClaims } from './token/access-token-claims';
import { Callers } from './callers';
import { ChangePasswordController } from './change-password.controller';
import { CookieMode } from './token/cookie-mode';
import { Departure } from './departure';
import { DeviceTokens } from './login/device-tokens';
import { Handover } from './handover';
import { JwtStrategy } from './token/jwt.strategy';
import { LocalStrategy } from './login/local.strategy';
import { LoginChecks } from './login/login-checks';
import { LoginLimits } from './login/login-limits';
import { OpenResponses } from './token/open-responses';
import { PasswordProof } from './password-proof';
import { PasswordSignIn } from './login/password-sign-in';
import { PolicyController } from './policy/policy.controller';
import { RegistrationService } from './registration/registration.service';
import { SecurityNotices } from './login/security-notices';
import { SignIn } from './login/sign-in';
import { TokenIssuer } from './token/token-issuer';
import { SessionEndController } from './login/session-end.controller';

@Module({
  imports: [
    PassportModule,
    AccessModule,
    UsersModule,
    RolesModule,
    PasswordsModule,
    TokensModule,
    SessionsModule,
  ],
  controllers: [AuthController, SessionEndController, PolicyController, ChangePasswordController],
  providers: [
    AccessState,
    AddedTokenClaims,
    AuthDoctorCheck,
    AuthService,
    Callers,
    CookieMode,
    Departure,
    DeviceTokens,
    Handover,
    LoginChecks,
    LoginLimits,
    OpenResponses,
    PasswordProof,
    PasswordSignIn,
    RegistrationService,
    SecurityNotices,
    SignIn,
    TokenIssuer,
    LocalStrategy,
    JwtStrategy,
  ],
  exports: [Callers, Departure, DeviceTokens, Handover, LoginLimits, PasswordProof, SecurityNotices],
})
export class AuthModule implements OnModuleInit {
  /** @throws Error where a strategy of somebody else's has the name, and with it the place, of one of ours */
  onModuleInit(): void {
    for (const [name, strategy] of [
      [JWT, JwtStrategy],
      ['local', LocalStrategy],
    ] as const) {
      const registered = registeredAs(name)?.constructor;
      if (registered !== strategy)
        throw new Error(
          `${registered?.name} is registered with Passport as "${name}", in the place of ${strategy.name}.\n  → give it a name of its own: PassportStrategy(Strategy, 'another-name')`,
        );
    }
  }
}
