import { destination } from 'pino';
import type { LoggingSettings } from './logging.settings';

/** The destination of log lines, one call per line. */
export abstract class LogSink {
  abstract write(line: string): void;
}

/** Standard output: readable and unbuffered in development, buffered JSON lines elsewhere. */
export function standardOutput({ readable }: LoggingSettings): LogSink {
  if (!readable) return destination({ sync: false, minLength: 4096 });
  // Loaded here, because production never needs it.
  const pretty = require('pino-pretty') as typeof import('pino-pretty');
  return pretty({
    colorize: process.stdout.isTTY,
    ignore: 'pid,hostname',
    translateTime: 'HH:MM:ss',
    singleLine: true,
    sync: true,
  });
}
