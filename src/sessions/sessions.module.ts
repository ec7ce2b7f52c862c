import { Module } from '@nestjs/common';
import { AccessModule } from '../access';
import { ConfigModule } from '../platform/config';
import { DatabaseModule } from '../platform/database';
import { UserSessionsStore } from './user-sessions.store';
import { RevokedSessions } from './revoked-sessions';
import { CreateSessions1795000003000 } from './migrations/1795000003000-create-sessions';
import { OwnSessions } from './own-sessions';
import { Session } from './session.entity';
import { SessionSettings } from './session.settings';
import { SessionStore } from './session.store';
import { SessionsController } from './sessions.controller';
import { SessionsData } from './sessions.data';
import { SessionsService } from './sessions.service';
import { SignedInUsers } from './signed-in-users';
import { SessionsJobs } from './sessions.jobs';

@Module({
  imports: [
    AccessModule,
    ConfigModule.forFeature(SessionSettings),
    DatabaseModule.forFeature([Session], [CreateSessions1795000003000]),
  ],
  controllers: [SessionsController],
  providers: [
    SessionStore,
    UserSessionsStore,
    SessionsService,
    OwnSessions,
    RevokedSessions,
    SessionsJobs,
    SessionsData,
    SignedInUsers,
  ],
  exports: [SessionsService, SessionStore, SignedInUsers, RevokedSessions, ConfigModule],
})
export class SessionsModule {}
