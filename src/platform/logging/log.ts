import { Injectable, type LoggerService, type OnApplicationShutdown } from '@nestjs/common';
import { type Logger, pino, stdTimeFunctions } from 'pino';
import { LogSink } from './log-sink';
import { LoggingSettings } from './logging.settings';

// At this level Nest logs every module and route.
const FRAMEWORK = new Set([
  'InstanceLoader',
  'NestApplication',
  'NestFactory',
  'RouterExplorer',
  'RoutesResolver',
]);

type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/**
 * Nest's logger on pino. A line contains only the fields that its caller names. No request, body or header object is
 * passed to it, so there is nothing to redact.
 */
@Injectable()
export class Log implements LoggerService, OnApplicationShutdown {
  private readonly pino: Logger;
  private readonly flushing: NodeJS.Timeout;

  constructor(settings: LoggingSettings, sink: LogSink) {
    this.pino = pino({ level: settings.level, timestamp: stdTimeFunctions.isoTime, base: undefined }, sink);
    // Buffered lines must be written without further traffic, too.
    this.flushing = setInterval(() => this.pino.flush(), 1_000).unref();
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  onApplicationShutdown(): void {
    clearInterval(this.flushing);
    this.pino.flush();
  }

  /** Nest appends the logger's name as the last argument; fields come first, as pino has it. */
  private write(level: LogLevel, message: unknown, rest: unknown[]): void {
    const context = rest.at(-1);
    const importance =
      level === 'info' && typeof context === 'string' && FRAMEWORK.has(context) ? 'debug' : level;
    if (!this.pino.isLevelEnabled(importance)) return;
    const text = rest.slice(0, -1).find((part) => typeof part === 'string');
    const fields = message instanceof Error ? { error: message } : message;
    if (typeof fields === 'object' && fields !== null)
      this.pino[importance]({ context, ...plain(fields) }, text);
    else this.pino[importance]({ context }, String(message));
  }
}

function plain(fields: object): object {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? summaryOf(value) : value]),
  );
}

/**
 * The name of an error, the locations of its stack, and its message without quoted values: PostgreSQL and JSON.parse
 * quote what the client sent.
 */
function summaryOf(error: Error): object {
  const message = error.message.replace(/(["'`])[^]*\1/g, '$1…$1');
  const places = error.stack
    ?.split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim());
  const code = (error as NodeJS.ErrnoException).code;
  return { name: error.name, ...(code && { code }), message, places: places?.slice(0, 8) };
}
