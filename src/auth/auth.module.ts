import { Module } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { AccessModule } from '../access';
import { PasswordsModule } from '../passwords';
import { ConfigModule } from '../platform/config';
import { RolesModule } from '../roles';
import { SessionsModule } from '../sessions';
import { TokensModule } from '../tokens';
import { UsersModule } from '../users';
import { AuthDiagnosis } from './auth.diagnosis';
import { AuthController } from './auth.controller';
import { AuthService } from './auth.service';
import { AuthSettings } from './auth.settings';
import { ChangePasswordController } from './change-password.controller';
import { CookieMode } from './cookie-mode';
import { Departure } from './departure';
import { DeviceTokens } from './device-tokens';
import { Handover } from './handover';
import { JwtStrategy } from './jwt.strategy';
import { LocalStrategy } from './local.strategy';
import { LoginLimits } from './login-limits';
import { PasswordProof } from './password-proof';
import { PasswordSignIn } from './password-sign-in';
import { PolicyController } from './policy.controller';
import { RegistrationService } from './registration.service';
import { SecurityNotices } from './security-notices';
import { SessionEndController } from './session-end.controller';

@Module({
  imports: [
    ConfigModule.of(AuthSettings),
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
    AuthDiagnosis,
    AuthService,
    CookieMode,
    Departure,
    DeviceTokens,
    Handover,
    LoginLimits,
    PasswordProof,
    PasswordSignIn,
    RegistrationService,
    SecurityNotices,
    LocalStrategy,
    JwtStrategy,
  ],
  exports: [Departure, DeviceTokens, Handover, LoginLimits, PasswordProof, SecurityNotices],
})
export class AuthModule {}
