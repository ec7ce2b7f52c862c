import { Module } from '@nestjs/common';
import { AccessModule } from './access';
import { AuthModule } from './auth';
import { ClockModule } from './platform/clock';
import { EnvironmentModule } from './platform/config';
import { DatabaseModule } from './platform/database';
import { FeedModule } from './platform/feed';
import { HealthModule } from './platform/health';
import { HttpModule } from './platform/http';
import { KeyringModule } from './platform/keyring';
import { LoggingModule } from './platform/logging';
import { MetricsModule } from './platform/metrics';
import { UpkeepModule } from './platform/upkeep';
import { SessionsModule } from './sessions';
import { TokensModule } from './tokens';
import { UsersModule } from './users';

/** What Gatehouse itself is made of. Deleting a feature is deleting its folder and its line here. */
@Module({
  imports: [
    EnvironmentModule.of(),
    LoggingModule,
    ClockModule,
    DatabaseModule,
    KeyringModule,
    UpkeepModule,
    FeedModule,
    HttpModule,
    HealthModule,
    MetricsModule,
    AccessModule, // the doors, in order
    TokensModule,
    SessionsModule,
    UsersModule,
    AuthModule,
  ],
})
export class CoreModule {}
