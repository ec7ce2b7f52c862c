import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import type { DomainErrorClass } from '../errors';
import { headOf, Problem, STATUS_OF } from './problem';

interface ProblemResponse {
  readonly description: string;
  readonly headers?: Record<string, { description: string; schema: { type: 'string' | 'integer' } }>;
  readonly content: Record<string, { schema: { $ref: string }; examples: Record<string, { value: object }> }>;
}

/** What the problem filter adds to the answers of these statuses. */
const HEADERS_OF: Readonly<Record<string, ProblemResponse['headers']>> = {
  '401': { 'WWW-Authenticate': { description: 'RFC 6750: `Bearer realm="…"`', schema: { type: 'string' } } },
  '403': {
    'WWW-Authenticate': {
      description:
        'With `insufficient-permission`: `error="insufficient_scope"` and what is missing as `scope`',
      schema: { type: 'string' },
    },
  },
  '429': {
    'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer' } },
    'RateLimit-Policy': {
      description: '`"name";q=quota;w=seconds`, of the source',
      schema: { type: 'string' },
    },
    RateLimit: { description: '`"name";r=left;t=seconds`, of the source', schema: { type: 'string' } },
  },
  '503': { 'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer' } } },
};

const EXAMPLE_ID = '019abcde-0000-7000-8000-000000000000';

/** Documents what a route refuses with, beyond what every route may answer. */
export function ApiProblems(...errors: readonly DomainErrorClass[]): MethodDecorator & ClassDecorator {
  const responses = Object.entries(problemResponses(errors)).map(([status, response]) =>
    ApiResponse({ status: Number(status), ...response }),
  );
  return applyDecorators(ApiExtraModels(Problem), ...responses);
}

/** The responses for a set of failures, by status: those that share one are told apart by `code`. */
export function problemResponses(errors: readonly DomainErrorClass[]): Record<string, ProblemResponse> {
  const statuses = [...new Set(errors.map(({ kind }) => STATUS_OF[kind]))].toSorted((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      {
        ...responseFor(errors.filter(({ kind }) => STATUS_OF[kind] === status)),
        ...(HEADERS_OF[status] && { headers: HEADERS_OF[status] }),
      },
    ]),
  );
}

function responseFor(errors: readonly DomainErrorClass[]): ProblemResponse {
  const examples = Object.fromEntries(errors.map((error) => [error.code, exampleOf(error)]));
  return {
    description: errors.map(({ code }) => `\`${code}\``).join(', '),
    content: { 'application/problem+json': { schema: { $ref: getSchemaPath(Problem) }, examples } },
  };
}

function exampleOf(error: DomainErrorClass): { value: object } {
  return { value: { ...headOf(error), detail: '…', instance: EXAMPLE_ID, code: error.code } };
}
