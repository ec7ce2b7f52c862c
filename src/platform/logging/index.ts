export { Log } from './log';
export { LoggingModule } from './logging.module';
export { logRequests } from './request-log';
