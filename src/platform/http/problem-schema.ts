import { getSchemaPath } from '@nestjs/swagger';
import type { DocumentedErrorClass, DomainError } from '../errors';
import { headOf, type Problem, problemOf, ProblemViolation } from './problem';

type Schema = Readonly<Record<string, unknown>>;

/** What the document says of one problem. */
export interface DescribedProblem {
  readonly code: string;
  readonly status: number;
  /** Of its schema: `NoteClosedProblem` where the code is `note-closed`. */
  readonly name: string;
  readonly schema: Schema;
  /** One as a client gets it. */
  readonly example: Problem;
  /** What the problem filter sends along. */
  readonly headers: Readonly<Record<string, Schema>>;
}

const INSTANCE = '01a22289-5159-7506-8558-939628de5e9f';

/** Members that the values of an example say too little of, by code. */
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
 * The schema of a problem, by which clients tell it from others: `type`, `title`, `status` and `code` are constants.
 * Further members (RFC 9457 section 3.2) are typed as those of the example are.
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

/** `note-closed` or `NotesController_list` as a name for a type. */
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
