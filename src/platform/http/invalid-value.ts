import type { FastifyRequest } from 'fastify';
import { type DomainError, ValidationFailed } from '../errors';
import { NotFound } from './request-errors';

const INVALID_VALUE = {
  pointer: '',
  code: 'invalid-value',
  detail: 'A value of the request has a format that the database does not accept.',
};

/**
 * The error for a value whose format the database refused: NotFound for a path parameter, ValidationFailed for a query or a
 * body. Undefined for a request without values: then it is an error of the application.
 */
export function errorForInvalidValue(
  error: Error,
  { params, query, body }: Pick<FastifyRequest, 'params' | 'query' | 'body'>,
): DomainError | undefined {
  const parameters = Object.values((params ?? {}) as Record<string, string>);
  // The database quotes the refused value, except a NUL.
  const inPath = parameters.some(
    (text) => text.includes('\0') || (text !== '' && error.message.includes(text)),
  );
  if (!inPath && [query, body].some((part) => Object.keys(part ?? {}).length > 0))
    return new ValidationFailed([INVALID_VALUE], true);
  return parameters.length > 0 ? new NotFound() : undefined;
}
