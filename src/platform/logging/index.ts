export { Log } from './log';
export { LogSink } from './log-sink';
export { LoggingModule } from './logging.module';
export { logRequests } from './request-log';
