import type { FastifyRequest } from 'fastify';
import { type DomainError, ValidationFailed } from '../errors';
import { NotFound } from './request-errors';

const INVALID_VALUE = {
  pointer: '',
  code: 'invalid-value',
  detail: 'A value of the request has a form that this route cannot work with.',
};

/**
 * Whose fault it is that the database refused the form of a value: a path parameter that has it names nothing, a query or a body breaks a
 * rule that no DTO stated. Of a request that brought no values the application's own.
 */
export function errorForInvalidValue(
  error: Error,
  { params, query, body }: Pick<FastifyRequest, 'params' | 'query' | 'body'>,
): DomainError | undefined {
  const parameters = Object.values((params ?? {}) as Record<string, string>);
  // The database quotes what it refuses, but for a NUL.
  const inPath = parameters.some(
    (text) => text.includes('\0') || (text !== '' && error.message.includes(text)),
  );
  if (!inPath && [query, body].some((part) => Object.keys(part ?? {}).length > 0))
    return new ValidationFailed([INVALID_VALUE], true);
  return parameters.length > 0 ? new NotFound() : undefined;
}
