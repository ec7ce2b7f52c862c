import { destination } from 'pino';
import pretty from 'pino-pretty';
import type { LoggingSettings } from './logging.settings';

/** Where the lines go, one call for each. */
export abstract class LogSink {
  abstract write(line: string): void;
}

/** Standard output: at once and for the eye in development, buffered JSON lines elsewhere. */
export function standardOutput({ readable }: LoggingSettings): LogSink {
  if (!readable) return destination({ sync: false, minLength: 4096 });
  return pretty({
    colorize: process.stdout.isTTY,
    ignore: 'pid,hostname',
    translateTime: 'HH:MM:ss',
    singleLine: true,
    sync: true,
  });
}
