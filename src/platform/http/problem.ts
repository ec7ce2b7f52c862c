import { HttpStatus } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import type { DomainErrorClass, FailureDetails, ErrorKind } from '../errors';

/** The status of each kind of failure; it is set nowhere else. */
export const STATUS_OF: Readonly<Record<ErrorKind, number>> = {
  malformed: HttpStatus.BAD_REQUEST,
  unauthenticated: HttpStatus.UNAUTHORIZED,
  forbidden: HttpStatus.FORBIDDEN,
  'not-found': HttpStatus.NOT_FOUND,
  'wrong-method': HttpStatus.METHOD_NOT_ALLOWED,
  conflict: HttpStatus.CONFLICT,
  'too-large': HttpStatus.PAYLOAD_TOO_LARGE,
  'head-too-large': 431, // Nest has no name for it
  'too-slow': HttpStatus.REQUEST_TIMEOUT,
  unsupported: HttpStatus.UNSUPPORTED_MEDIA_TYPE,
  invalid: HttpStatus.UNPROCESSABLE_ENTITY,
  limited: HttpStatus.TOO_MANY_REQUESTS,
  internal: HttpStatus.INTERNAL_SERVER_ERROR,
  unavailable: HttpStatus.SERVICE_UNAVAILABLE,
};

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';
export const PROBLEM_TYPE = `${PROBLEM_MEDIA_TYPE}; charset=utf-8`;

export class ProblemViolation {
  @ApiProperty({ description: 'RFC 6901 JSON Pointer into the request body', example: '/email' })
  readonly pointer: string;

  @ApiProperty({ description: 'Stable word for the broken rule', example: 'email-address' })
  readonly code: string;

  @ApiProperty({ description: 'The rule in words' })
  readonly detail: string;
}

/** A problem of RFC 9457: the members of every problem, including codes that a client does not know. */
export class Problem {
  @ApiProperty({ format: 'uri', description: 'Names the sort of problem' })
  readonly type: string;

  @ApiProperty({ description: 'The sort of problem in words' })
  readonly title: string;

  @ApiProperty({ type: 'integer', description: 'The HTTP status' })
  readonly status: number;

  @ApiProperty({ description: 'This occurrence in words' })
  readonly detail: string;

  @ApiProperty({ description: 'The request id, as in X-Request-Id' })
  readonly instance: string;

  @ApiProperty({ description: 'Stable word to switch on' })
  readonly code: string;
}

/** @param requestId becomes `instance` */
export function problemOf(
  error: DomainErrorClass & Pick<FailureDetails, 'message' | 'members'>,
  requestId: string,
): Problem {
  const { members, message: detail, code } = error;
  return { ...members, ...headOf(error), detail, instance: requestId, code };
}

/** The part of a problem that every occurrence shares. */
export function headOf(error: DomainErrorClass): Pick<Problem, 'type' | 'title' | 'status'> {
  const { kind, code, status = STATUS_OF[kind] } = error;
  const words = code.replaceAll('-', ' ');
  const title = error.title ?? words.charAt(0).toUpperCase() + words.slice(1);
  return { type: `urn:problem-type:gatehouse:${code}`, title, status };
}
