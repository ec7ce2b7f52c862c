import { isDeepStrictEqual } from 'node:util';
import {
  type ArgumentMetadata,
  BadRequestException,
  DefaultValuePipe,
  HttpException,
  ParseArrayPipe,
  ParseBoolPipe,
  ParseDatePipe,
  ParseEnumPipe,
  ParseFloatPipe,
  ParseIntPipe,
  ParseUUIDPipe,
  type PipeTransform,
  StandardSchemaValidationPipe,
  type Type,
  UnprocessableEntityException,
  ValidationPipe,
} from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { ValidationFailed, type Violation } from '../errors';
import { classRules, type Input } from './request-validation';
import {
  pointerTo,
  refusalOf,
  type Refuse,
  REQUIRED,
  type SchemaIssue,
  schemaViolations,
  violationsOf,
} from './violations';

type Schema = Readonly<Record<string, unknown>>;

/** What a pipe of Nest accepts: for the error, and as JSON Schema for the OpenAPI document. */
export interface AcceptedValues {
  readonly code: string;
  readonly detail: string;
  readonly schema: Schema;
  /** The class of the items of a list. */
  readonly items?: Type | undefined;
}

/** The members of Nest's pipes that are read here. They are not part of their types. */
interface NestPipe extends PipeTransform {
  readonly exceptionFactory: (reason: unknown) => unknown;
  readonly options?: { readonly optional?: boolean; readonly items?: Type };
  readonly defaultValue?: unknown;
  readonly validatorOptions?: { readonly whitelist?: boolean; readonly forbidNonWhitelisted?: boolean };
  getEnumValues?(): readonly unknown[];
}

const PARSERS: readonly (readonly [Type<PipeTransform>, (pipe: NestPipe) => AcceptedValues])[] = [
  [ParseIntPipe, () => ({ code: 'int', detail: 'Must be an integer.', schema: { type: 'integer' } })],
  [ParseFloatPipe, () => ({ code: 'number', detail: 'Must be a number.', schema: { type: 'number' } })],
  [ParseBoolPipe, () => ({ code: 'boolean', detail: 'Must be true or false.', schema: { type: 'boolean' } })],
  [
    ParseUUIDPipe,
    () => ({ code: 'uuid', detail: 'Must be a UUID.', schema: { type: 'string', format: 'uuid' } }),
  ],
  [
    ParseDatePipe,
    () => ({ code: 'date', detail: 'Must be a date.', schema: { type: 'string', format: 'date-time' } }),
  ],
  [ParseEnumPipe, acceptedByEnum],
  [ParseArrayPipe, acceptedByArray],
];

const SCALARS = new Map<unknown, Schema>([
  [String, { type: 'string' }],
  [Number, { type: 'number' }],
  [Boolean, { type: 'boolean' }],
]);

function acceptedByEnum(pipe: NestPipe): AcceptedValues {
  const values = pipe.getEnumValues?.() ?? [];
  return { code: 'enum', detail: `Must be one of ${values.join(', ')}.`, schema: { enum: values } };
}

function acceptedByArray({ options }: NestPipe): AcceptedValues {
  const scalar = SCALARS.get(options?.items);
  const items = scalar === undefined ? options?.items : undefined;
  const schema = { type: 'array', ...(scalar && { items: scalar }) };
  return { code: 'array', detail: 'Must be a list.', schema, items };
}

/** What a pipe accepts, for the pipes of Nest that parse a value; undefined for another pipe. */
export function acceptedValuesOf(pipe: unknown): AcceptedValues | undefined {
  const [, describe] = PARSERS.find(([type]) => isOf(pipe, type)) ?? [];
  return describe?.(instanceOf(pipe));
}

/** Whether a pipe is Nest's of this class, as an instance or as the class itself. */
export function isOf(pipe: unknown, type: Type<PipeTransform>): boolean {
  return pipe === type || pipe instanceof type;
}

/** Whether the pipes accept a value that is missing, and what they replace it by. */
export function absenceOf(pipes: readonly unknown[]): {
  readonly isAllowed: boolean;
  readonly default?: unknown;
} {
  const found = pipes.find((pipe) => isOf(pipe, DefaultValuePipe)) as NestPipe | undefined;
  if (found) return { isAllowed: true, default: found.defaultValue };
  return { isAllowed: pipes.some((pipe) => (pipe as Partial<NestPipe>).options?.optional === true) };
}

/** Whether a ValidationPipe refuses the properties that a class does not declare. */
export function refusesUnknownProperties(pipe: unknown): boolean {
  const { whitelist, forbidNonWhitelisted } = (pipe as Partial<NestPipe>).validatorOptions ?? {};
  return whitelist === true && forbidNonWhitelisted === true;
}

class PipeRefusal extends Error {
  constructor(readonly reason: unknown) {
    super();
  }
}

/**
 * Makes a validating pipe of Nest answer with this application's problems and pointers. An `exceptionFactory` and a status of the
 * pipe's own remain, and so does every other pipe.
 */
export function answeringWithProblems(pipe: unknown, input: Input): unknown {
  const accepted = acceptedValuesOf(pipe);
  if (!accepted && ![ValidationPipe, StandardSchemaValidationPipe].some((type) => isOf(pipe, type)))
    return pipe;
  const original = instanceOf(pipe);
  // The pipe itself may serve several parameters.
  const own = Object.create(original) as { -readonly [Member in keyof NestPipe]: NestPipe[Member] };
  own.exceptionFactory = (reason) => {
    const stated = original.exceptionFactory(reason);
    return isDefault(stated, reason) ? new PipeRefusal(reason) : stated;
  };
  const refuse = refusalOf(input.kind, input.name);
  const rules = accepted?.items ? classRules({ kind: 'body' }) : undefined;
  const transform = async (value: unknown, metadata: ArgumentMetadata): Promise<unknown> => {
    try {
      return await (rules ? withItems(own, rules, refuse) : own).transform(value, metadata);
    } catch (error) {
      if (error instanceof PipeRefusal) throw refuse(violationsIn(error.reason, value, accepted));
      throw error;
    }
  };
  return { transform };
}

/** Validates the items of a list by the rules of every other DTO. The pipe passes them one after another. */
function withItems(pipe: NestPipe, rules: PipeTransform, refuse: Refuse): NestPipe {
  let count = 0;
  const transform = async (item: unknown, metadata: ArgumentMetadata): Promise<unknown> => {
    const parent = pointerTo(String(count++));
    try {
      return await rules.transform(item, metadata);
    } catch (error) {
      if (!(error instanceof ValidationFailed)) throw error;
      throw refuse(error.violations.map((each) => ({ ...each, pointer: parent + each.pointer })));
    }
  };
  return Object.assign(Object.create(pipe) as NestPipe, { validationPipe: { transform } });
}

function violationsIn(reason: unknown, value: unknown, accepted: AcceptedValues | undefined): Violation[] {
  if (accepted) return [violationOf(reason, value, accepted)];
  const [first] = reason as readonly (ValidationError | SchemaIssue)[];
  return first && 'property' in first
    ? (reason as readonly ValidationError[]).flatMap((error) => violationsOf(error))
    : schemaViolations(reason as readonly SchemaIssue[], value);
}

/** The text names an item of a list by its index: `[2] item must be a number`. */
function violationOf(reason: unknown, value: unknown, { code, detail }: AcceptedValues): Violation {
  const [, index, text] = /^\[(\d+)\] (.*)$/.exec(String([reason].flat()[0])) ?? [];
  if (index !== undefined) return { pointer: pointerTo(index), code: 'item', detail: `${text}.` };
  return value === undefined ? { pointer: '', ...REQUIRED } : { pointer: '', code, detail };
}

function isDefault(stated: unknown, reason: unknown): boolean {
  if (!(stated instanceof HttpException)) return false;
  const type: unknown = stated.constructor;
  if (type !== BadRequestException && type !== UnprocessableEntityException) return false;
  const { message } = stated.getResponse() as { readonly message?: unknown };
  // The reasons of ValidationPipe and of schemas are objects, which Nest turns into a list of texts.
  const isObjects = Array.isArray(reason) && typeof reason[0] === 'object';
  return isObjects ? Array.isArray(message) : isDeepStrictEqual(message, reason);
}

function instanceOf(pipe: unknown): NestPipe {
  return (typeof pipe === 'function' ? new (pipe as Type<NestPipe>)() : pipe) as NestPipe;
}
