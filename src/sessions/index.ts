export { RevokedSessions } from './revoked-sessions';
export { Session } from './session.entity';
export { SessionListResponse, SessionResponse } from './sessions.dto';
export { SessionSettings } from './session.settings';
export type { OpenSession, RotationResult } from './open-session';
export { SessionsService } from './sessions.service';
export { SignedInUsers } from './signed-in-users';
export { SessionsModule } from './sessions.module';
export { SessionRevoked, SessionsRevoked } from './sessions.events';
