import type { Type } from '@nestjs/common';
import { getSchemaPath, type OpenAPIObject, type SwaggerDocumentOptions } from '@nestjs/swagger';
import {
  absenceOf,
  acceptedValuesOf,
  type HandlerParameter,
  hasRules,
  type JsonSchema,
  UuidParam,
} from '../../platform/http';
import { acceptsAbsence } from './standard-schemas';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type Converter = NonNullable<SwaggerDocumentOptions['standardSchemaConverter']>;

const SCALARS = new Map<unknown, JsonSchema>([
  [String, { type: 'string' }],
  [Number, { type: 'number' }],
  [Boolean, { type: 'boolean' }],
]);

export function isRequired(pipes: readonly unknown[]): boolean {
  return pipes.length > 0 && !absenceOf(pipes).isAllowed;
}

/** The last pipe of Nest that parses a value states its type; undefined where there is none. */
export function schemaOfPipes(pipes: readonly unknown[]): JsonSchema | undefined {
  if (pipes.some(isUuidParam)) return { type: 'string', format: 'uuid' };
  const accepted = pipes.map(acceptedValuesOf).findLast((each) => each !== undefined);
  if (!accepted) return undefined;
  const { default: preset } = absenceOf(pipes);
  return {
    ...accepted.schema,
    ...(accepted.items && { items: { $ref: getSchemaPath(accepted.items) } }),
    ...(preset !== undefined && { default: preset }),
  };
}

/** The body of a handler that takes members of it, or a list; undefined where Swagger describes it. */
export function bodyOf(
  inputs: readonly HandlerParameter[],
  schemas: Schemas,
  convert: Converter,
): Operation['requestBody'] | undefined {
  const whole = inputs.find(({ name }) => name === undefined);
  const list = whole && !whole.schema ? schemaOfPipes(whole.pipes) : undefined;
  const close = ({ type, pipes }: HandlerParameter): void => {
    const classes = [type, ...pipes.map((pipe) => acceptedValuesOf(pipe)?.items)];
    for (const each of classes) if (each && hasRules(each)) closeObject(schemas[each.name]);
  };
  if (list) {
    inputs.forEach(close);
    return jsonBody(list, true);
  }
  if (whole || inputs.length === 0) return undefined;
  inputs.forEach(close);
  const members = inputs.map((input) => [input.name ?? '', memberSchemaOf(input, schemas, convert)] as const);
  const required = inputs.filter(isMemberRequired).map(({ name }) => name ?? '');
  const schema = {
    type: 'object',
    properties: Object.fromEntries(members),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
  return jsonBody(schema, required.length > 0);
}

function jsonBody(schema: JsonSchema, required: boolean): NonNullable<Operation['requestBody']> {
  return { required, content: { 'application/json': { schema } } };
}

function closeObject(schema: Schemas[string] | undefined): void {
  if (schema && 'properties' in schema) schema.additionalProperties = false;
}

function memberSchemaOf(
  { type, pipes, schema }: HandlerParameter,
  schemas: Schemas,
  convert: Converter,
): JsonSchema {
  if (schema) {
    const { schema: described = {}, components = {} } = convert(schema, { schemaType: 'input' }) ?? {};
    Object.assign(schemas, components);
    return described as JsonSchema;
  }
  if (hasRules(type)) return { $ref: getSchemaPath(type as Type) };
  return schemaOfPipes(pipes) ?? SCALARS.get(type) ?? {};
}

function isMemberRequired({ type, pipes, schema }: HandlerParameter): boolean {
  if (schema) return !acceptsAbsence(schema);
  return hasRules(type) || isRequired(pipes);
}

export function isUuidParam(pipe: unknown): boolean {
  return pipe === UuidParam || pipe instanceof UuidParam;
}
