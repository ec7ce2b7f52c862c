import { Module } from '@nestjs/common';
import { AccessModule } from './access';
import { AccountModule } from './features/account';
import { AccountPagesModule } from './features/account-pages';
import { AdministrationModule } from './features/administration';
import { AuditModule } from './features/audit';
import { AuthModule } from './auth';
import { PasskeysModule } from './features/factors/passkeys';
import { RecoveryCodesModule } from './features/factors/recovery-codes';
import { TotpModule } from './features/factors/totp';
import { EmailVerificationModule } from './features/email-verification';
import { PasswordResetModule } from './features/password-reset';
import { RateLimitsModule } from './platform/rate-limits';
import { ClockModule } from './platform/clock';
import { EnvironmentModule } from './platform/config';
import { DatabaseModule } from './platform/database';
import { DoctorModule } from './platform/doctor';
import { EventsModule } from './platform/events';
import { ExtensionsModule } from './platform/extensions';
import { ChangeFeedModule } from './platform/change-feed';
import { HealthModule } from './platform/health';
import { HttpModule } from './platform/http';
import { KeyringModule } from './platform/keyring';
import { LoggingModule } from './platform/logging';
import { MailModule } from './platform/mail';
import { MetricsModule } from './platform/metrics';
import { OneTimeTokensModule } from './platform/one-time-tokens';
import { PersonalDataModule } from './platform/personal-data';
import { JobsModule } from './platform/jobs';
import { RolesModule } from './roles';
import { SessionsModule } from './sessions';
import { TokensModule } from './tokens';
import { UsersModule } from './users';

/** The modules of Gatehouse. To delete a feature, delete its folder, and its import and its entry here. */
@Module({
  imports: [
    EnvironmentModule.forRoot(),
    ExtensionsModule,
    DoctorModule,
    LoggingModule,
    ClockModule,
    DatabaseModule,
    KeyringModule,
    JobsModule,
    ChangeFeedModule,
    EventsModule,
    HttpModule,
    HealthModule,
    MetricsModule,
    PersonalDataModule,
    OneTimeTokensModule,
    RateLimitsModule,
    MailModule,
    AccessModule, // the global guards, in order
    TokensModule,
    SessionsModule,
    UsersModule,
    RolesModule,
    AuthModule,
    EmailVerificationModule,
    PasswordResetModule,
    AccountModule,
    AccountPagesModule,
    AdministrationModule,
    AuditModule,
    TotpModule,
    PasskeysModule,
    RecoveryCodesModule,
  ],
})
export class CoreModule {}
