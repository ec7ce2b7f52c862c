import { Module, type OnModuleInit } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { AccessModule, JWT, registeredAs } from '../access';
import { PasswordsModule } from '../passwords';
import { RolesModule } from '../roles';
import { SessionsModule } from '../sessions';
import { TokensModule } from '../tokens';
import { UsersModule } from '../users';
import { AuthDiagnosis } from './auth.diagnosis';
import { AuthController } from './auth.controller';
import { AuthService } from './auth.service';
import { AccessState } from './access-state';
import { AddedTokenClaims } from './access-token-claims';
import { Callers } from './callers';
import { ChangePasswordController } from './change-password.controller';
import { CookieMode } from './cookie-mode';
import { Departure } from './departure';
import { DeviceTokens } from './device-tokens';
import { Handover } from './handover';
import { JwtStrategy } from './jwt.strategy';
import { LocalStrategy } from './local.strategy';
import { LoginChecks } from './login-checks';
import { LoginLimits } from './login-limits';
import { OpenResponses } from './open-responses';
import { PasswordProof } from './password-proof';
import { PasswordSignIn } from './password-sign-in';
import { PolicyController } from './policy.controller';
import { RegistrationService } from './registration.service';
import { SecurityNotices } from './security-notices';
import { SignIn } from './sign-in';
import { TokenIssuer } from './token-issuer';
import { SessionEndController } from './session-end.controller';

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
    AuthDiagnosis,
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
