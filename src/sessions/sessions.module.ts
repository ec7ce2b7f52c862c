import { Module } from '@nestjs/common';
import { ConfigModule } from '../platform/config';
import { DatabaseModule } from '../platform/database';
import { CreateSessions1795000003000 } from './migrations/1795000003000-create-sessions';
import { Session } from './session.entity';
import { SessionSettings } from './session.settings';
import { SessionStore } from './session.store';
import { SessionsService } from './sessions.service';

@Module({
  imports: [
    ConfigModule.of(SessionSettings),
    DatabaseModule.forFeature([Session], [CreateSessions1795000003000]),
  ],
  providers: [SessionStore, SessionsService],
  exports: [SessionsService],
})
export class SessionsModule {}
