import { Module } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { AccessModule } from '../access';
import { PasswordsModule } from '../passwords';
import { ConfigModule } from '../platform/config';
import { SessionsModule } from '../sessions';
import { TokensModule } from '../tokens';
import { UsersModule } from '../users';
import { AuthController } from './auth.controller';
import { AuthService } from './auth.service';
import { AuthSettings } from './auth.settings';
import { ChangePasswordController } from './change-password.controller';
import { CookieMode } from './cookie-mode';
import { DeviceTokens } from './device-tokens';
import { JwtStrategy } from './jwt.strategy';
import { LocalStrategy } from './local.strategy';
import { PolicyController } from './policy.controller';
import { RegistrationService } from './registration.service';

@Module({
  imports: [
    ConfigModule.of(AuthSettings),
    PassportModule,
    AccessModule,
    UsersModule,
    PasswordsModule,
    TokensModule,
    SessionsModule,
  ],
  controllers: [AuthController, PolicyController, ChangePasswordController],
  providers: [AuthService, CookieMode, DeviceTokens, RegistrationService, LocalStrategy, JwtStrategy],
})
export class AuthModule {}
