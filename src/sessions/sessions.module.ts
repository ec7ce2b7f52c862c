import { Module } from '@nestjs/common';
import { AccessModule } from '../access';
import { ConfigModule } from '../platform/config';
import { DatabaseModule } from '../platform/database';
import { EndedSessions } from './ended-sessions';
import { CreateSessions1795000003000 } from './migrations/1795000003000-create-sessions';
import { PublishEndedSessions1795100001000 } from './migrations/1795100001000-publish-ended-sessions';
import { Session } from './session.entity';
import { SessionSettings } from './session.settings';
import { SessionStore } from './session.store';
import { SessionsController } from './sessions.controller';
import { SessionsService } from './sessions.service';
import { SessionsUpkeep } from './sessions.upkeep';

@Module({
  imports: [
    AccessModule,
    ConfigModule.of(SessionSettings),
    DatabaseModule.forFeature([Session], [CreateSessions1795000003000, PublishEndedSessions1795100001000]),
  ],
  controllers: [SessionsController],
  providers: [SessionStore, SessionsService, EndedSessions, SessionsUpkeep],
  exports: [SessionsService, EndedSessions, ConfigModule],
})
export class SessionsModule {}
