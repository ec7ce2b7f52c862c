export { Session } from './session.entity';
export { type OpenSession, type Rotation, SessionsService } from './sessions.service';
export { SessionsModule } from './sessions.module';
