import { STATUS_CODES } from 'node:http';
import { HttpException, HttpStatus } from '@nestjs/common';
import {
  type DomainError,
  type FailureDetails,
  InternalError,
  type ErrorKind,
  RateLimited,
  Unavailable,
} from '../errors';
import { STATUS_OF } from './problem';
import {
  AuthenticationRequired,
  Conflict,
  Forbidden,
  NotFound,
  PayloadTooLarge,
  UnsupportedMediaType,
} from './request-errors';

/** The application's own text for a status. */
const STANDARD: Readonly<Record<number, () => DomainError>> = {
  401: () => new AuthenticationRequired(),
  403: () => new Forbidden(),
  404: () => new NotFound(),
  409: () => new Conflict(),
  413: () => new PayloadTooLarge(),
  415: () => new UnsupportedMediaType(),
  429: () => new RateLimited(60),
  500: () => new InternalError(),
  503: () => new Unavailable(),
};

const CODE = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const LONGEST_CODE = 64;
const LONGEST_DETAIL = 1_000;

/** Members of a body of Nest that a problem states by its own. */
const STATED_BY_PROBLEM: ReadonlySet<string> = new Set(['statusCode', 'status', 'error', 'errorCode']);

// The texts of Nest's router, guards and packages describe the application and not the request.
const WORDS_OF_NEST = /^Cannot [A-Z]+ |^Forbidden resource$|^\w+(?:Exception|Error): /;

/**
 * Converts an exception of Nest to a failure: its status, its code and its text for the client. Of a server error (5xx) only an
 * explicit `detail` is used, because the message is often that of another error.
 *
 * @returns undefined where its status is not an error
 */
export function failureOf(exception: HttpException): FailureDetails | undefined {
  const status = exception.getStatus();
  if (!Number.isInteger(status) || status < 400 || status > 599) return undefined;
  const standard = STANDARD[status]?.();
  const { code, detail } = statedBy(exception, status);
  return {
    kind: kindOf(status),
    code: code ?? standard?.code ?? codeOf(status),
    status,
    title: undefined,
    message: detail ?? standard?.message ?? `The request was refused: ${STATUS_CODES[status] ?? status}.`,
    members: {},
    challengeParameters: {},
    retryAfterSeconds: standard?.retryAfterSeconds,
    cause: exception,
  };
}

/**
 * What the body of an exception states, and the problem that it becomes does not have.
 * @returns names of members: those that no problem takes over, and `code`, `detail` and `message` where their value is not usable
 */
export function lostMembers(exception: HttpException): string[] {
  const status = exception.getStatus();
  const { code, detail, message, ...others } = bodyOf(exception);
  return [
    ...(code !== undefined && !isCode(code) ? ['code'] : []),
    ...(detail !== undefined && !isLine(detail) ? ['detail'] : []),
    ...(message !== undefined && status < 500 && !isLine(message) ? ['message'] : []),
    ...Object.keys(others).filter((name) => !STATED_BY_PROBLEM.has(name)),
  ];
}

/** Reads `{ code, detail }`, a text, and the lists of texts of Nest's validation. */
function statedBy(
  exception: HttpException,
  status: number,
): { readonly code: string | undefined; readonly detail: string | undefined } {
  const stated = bodyOf(exception);
  return {
    code: [stated.code, exception.errorCode].find(isCode),
    detail: [stated.detail, ...(status < 500 ? [stated.message] : [])].find((text) => isDetail(text, status)),
  };
}

/** An error in the place of a body is a member `message` that is no text: its words may describe the application. */
function bodyOf(exception: HttpException): Readonly<Record<string, unknown>> {
  const response = exception.getResponse();
  if (typeof response === 'string' || response instanceof Error) return { message: response };
  const { message, ...others } = response as Readonly<Record<string, unknown>>;
  const isList = Array.isArray(message) && message.every((text) => typeof text === 'string');
  return { ...others, message: isList ? message.join('; ') : message };
}

function isCode(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST_CODE && CODE.test(value);
}

/** One line only, because a stack has several. */
function isLine(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST_DETAIL && !/\p{Cc}/u.test(value);
}

/** The name of the status, Nest's default text, counts as none. */
function isDetail(value: unknown, status: number): value is string {
  return (
    isLine(value) &&
    value.trim() !== '' &&
    !WORDS_OF_NEST.test(value) &&
    value.toLowerCase() !== STATUS_CODES[status]?.toLowerCase()
  );
}

/** Returns `payment-required` for 402. */
function codeOf(status: number): string {
  const name: string | undefined = HttpStatus[status];
  return name?.toLowerCase().replaceAll('_', '-') ?? (status < 500 ? 'request-refused' : 'request-failed');
}

function kindOf(status: number): ErrorKind {
  const kinds = Object.entries(STATUS_OF) as [ErrorKind, number][];
  return kinds.find(([, each]) => each === status)?.[0] ?? (status < 500 ? 'conflict' : 'internal');
}
