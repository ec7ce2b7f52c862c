import { getSchemaPath } from '@nestjs/swagger';
import type { DocumentedErrorClass, DomainError } from '../errors';
import { headOf, type Problem, problemOf, ProblemViolation } from './problem';

type Schema = Readonly<Record<string, unknown>>;

/** The documentation of one problem. */
export interface DescribedProblem {
  readonly code: string;
  readonly status: number;
  /** The name of its schema: `NoteClosedProblem` for the code `note-closed`. */
  readonly name: string;
  readonly schema: Schema;
  /** An example of the body. */
  readonly example: Problem;
  /** The headers that the problem filter sends. */
  readonly headers: Readonly<Record<string, Schema>>;
}

const INSTANCE = '01a22289-5159-7506-8558-939628de5e9f';

/** Schemas of members whose example value does not determine the type, by code. */
const MEMBERS: Readonly<Record<string, Readonly<Record<string, Schema>>>> = {
  'validation-failed': {
    errors: {
      type: 'array',
      items: { $ref: getSchemaPath(ProblemViolation) },
      description: 'Every broken rule',
    },
  },
};

/**
 * The schema of a problem. `type`, `title`, `status` and `code` are constants, so clients can discriminate by them. Further
 * members (RFC 9457 section 3.2) have the types of the example.
 */
export function describeProblem(error: DocumentedErrorClass): DescribedProblem {
  const occurrence = 'example' in error ? error.example() : new error();
  const { code } = error;
  const { type, title, status } = headOf(error);
  const members = MEMBERS[code] ?? membersOf(occurrence);
  const properties = {
    ...members,
    type: { type: 'string', const: type },
    title: { type: 'string', const: title },
    status: { type: 'integer', const: status },
    detail: { type: 'string', description: 'This occurrence in words' },
    instance: { type: 'string', description: 'The request id, as in X-Request-Id' },
    code: { type: 'string', const: code },
  };
  return {
    code,
    status,
    name: `${pascalCase(code)}Problem`,
    schema: { type: 'object', properties, required: Object.keys(properties) },
    example: problemOf(
      {
        kind: error.kind,
        code,
        status,
        title,
        message: occurrence.message,
        members: occurrence.members,
      },
      INSTANCE,
    ),
    headers: headersOf(error),
  };
}

/** Converts `note-closed` or `NotesController_list` to a type name. */
export function pascalCase(words: string): string {
  return words.replaceAll(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9]|$)/g, (_, letter: string) => letter.toUpperCase());
}

function membersOf({ members }: DomainError): Record<string, Schema> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, typeOf(value)]));
}

function typeOf(value: unknown): Schema {
  if (Array.isArray(value)) return { type: 'array', ...(value.length > 0 && { items: typeOf(value[0]) }) };
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object') return { type: typeof value };
  const properties = Object.fromEntries(Object.entries(value).map(([name, each]) => [name, typeOf(each)]));
  return { type: 'object', properties, required: Object.keys(properties) };
}

function headersOf({ kind, code }: DocumentedErrorClass): Record<string, Schema> {
  const text = { type: 'string' };
  const retryAfter = { description: 'Seconds to wait', required: true, schema: { type: 'integer' } };
  if (kind === 'unauthenticated')
    return {
      'WWW-Authenticate': { description: 'RFC 6750: `Bearer realm="…"`', required: true, schema: text },
    };
  if (code === 'insufficient-permission')
    return {
      'WWW-Authenticate': {
        description: '`error="insufficient_scope"` and what is missing as `scope`',
        required: true,
        schema: text,
      },
    };
  if (kind === 'unavailable') return { 'Retry-After': retryAfter };
  if (kind === 'limited')
    return {
      'Retry-After': retryAfter,
      'RateLimit-Policy': { description: '`"name";q=quota;w=seconds`, of the source', schema: text },
      RateLimit: { description: '`"name";r=left;t=seconds`, of the source', schema: text },
    };
  return {};
}
