import { DatabaseError } from 'pg';
import {
  QueryFailedError,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
} from 'typeorm';
import { Unavailable } from '../errors';

// Class 08: connection exceptions; 25006: a standby during a failover; 25P03: a transaction left idle; 28: refused by the
// access rules; 3D: unknown database; 40: rolled back by the server; 53: out of resources; 55: wrong state, or lock not
// available; 57: shut down, or cancelled by a timeout.
const TRANSIENT_SQL_STATE = /^(08|25006|25P03|28|3D|40|53|55|57)/;
const BROKEN_SOCKET = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
]);
// The driver sets no code on these errors.
const LOST_CONNECTION =
  /timeout exceeded when trying to connect|timeout expired|Connection terminated|not queryable/i;

// Class 22: data exceptions, except division by zero, null and protocol errors. 54000: too long for its index.
const INVALID_VALUE = /^(?:22(?!012|004|P03|P04)|54000$)/;

/** Whether a statement failed because a value does not fit its column type. */
export function isInvalidValue(error: unknown): error is Error {
  const cause = error instanceof QueryFailedError ? (error.driverError as unknown) : error;
  return cause instanceof DatabaseError && INVALID_VALUE.test(cause.code ?? '');
}

/** Converts errors of an unavailable database to the domain error; returns any other error unchanged. */
export function asEmbeddedServerUnavailable(error: unknown): unknown {
  const cause = error instanceof QueryFailedError ? (error.driverError as unknown) : error;
  if (!(cause instanceof Error)) return error;
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  const transient =
    TRANSIENT_SQL_STATE.test(code) ||
    BROKEN_SOCKET.has(code) ||
    LOST_CONNECTION.test(cause.message) ||
    lostMeanwhile(cause);
  return transient ? new Unavailable(1, { cause }) : error;
}

/** The connection broke between two statements of a transaction: the ORM reports only that it released the connection. */
function lostMeanwhile(cause: Error): boolean {
  return (
    cause instanceof QueryRunnerAlreadyReleasedError ||
    cause instanceof QueryRunnerProviderAlreadyReleasedError
  );
}
