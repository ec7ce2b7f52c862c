import { destination } from 'pino';
import type { LoggingSettings } from './logging.settings';

/** Where the lines go, one call for each. */
export abstract class LogSink {
  abstract write(line: string): void;
}

/** Standard output: at once and for the eye in development, buffered JSON lines elsewhere. */
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
