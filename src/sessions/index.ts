export { EndedSessions } from './ended-sessions';
export { Session } from './session.entity';
export { SessionListResponse, SessionResponse } from './sessions.dto';
export { SessionSettings } from './session.settings';
export type { OpenSession, Rotation } from './open-session';
export { SessionsService } from './sessions.service';
export { SignedInUsers } from './signed-in-users';
export { SessionsModule } from './sessions.module';
export { SessionEnded, SessionsEnded } from './sessions.events';
