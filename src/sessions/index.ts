export { EndedSessions } from './ended-sessions';
export { Session } from './session.entity';
export { SessionSettings } from './session.settings';
export { type OpenSession, type Rotation, SessionsService } from './sessions.service';
export { SessionsModule } from './sessions.module';
