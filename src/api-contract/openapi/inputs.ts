import { isDeepStrictEqual } from 'node:util';
import type { Type } from '@nestjs/common';
import type { OpenAPIObject, SwaggerDocumentOptions } from '@nestjs/swagger';
import { getMetadataStorage } from 'class-validator';
import { type DocumentedErrorClass, ValidationFailed } from '../../platform/errors';
import {
  acceptedValuesOf,
  type HandlerParameter,
  hasRules,
  NotFound,
  parametersOf,
  pascalCase,
} from '../../platform/http';
import type { HandledRoute } from '../routes';
import { bodyOf, isRequired, isUuidParam, schemaOfPipes } from './input-schemas';
import { acceptsAbsence } from './standard-schemas';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type Converter = NonNullable<SwaggerDocumentOptions['standardSchemaConverter']>;
type Parameter = Extract<NonNullable<Operation['parameters']>[number], { name: string }>;

/** The metadata key under which `@ApiProperty()` lists the documented properties. */
const DESCRIBED = 'swagger/apiModelPropertiesArray';
/** The metadata key of `@ApiBody()`, `@ApiQuery()` and `@ApiParam()`. */
const STATED = 'swagger/apiParameters';

/** The classes that Swagger does not find: those of members of a body and of the items of a list. */
export function inputModelsOf({ controller, name }: HandledRoute): Type[] {
  return parametersOf(controller, name).flatMap(({ kind, name: member, type, pipes }) => [
    ...(kind === 'body' && member !== undefined && hasRules(type) ? [type as Type] : []),
    ...pipes.flatMap((pipe) => acceptedValuesOf(pipe)?.items ?? []),
  ]);
}

/**
 * Describes parameters and bodies by their pipes, schemas and groups, where no decorator of Swagger states them, and checks that each
 * validated property of a body is documented.
 * @throws Error where a validated property is not documented: clients could not know it
 */
export function describeInputs(
  operation: Operation,
  { controller, handler, name }: HandledRoute,
  schemas: Schemas,
  convert: Converter,
): void {
  const inputs = parametersOf(controller, name);
  const stated = (Reflect.getMetadata(STATED, handler) ?? []) as readonly {
    readonly in?: string;
    readonly name?: string;
  }[];
  for (const input of inputs) {
    const place = placeOf(input);
    if (input.kind === 'body' && input.name === undefined) assertDescribed(input.type);
    else if (
      place &&
      input.name !== undefined &&
      !stated.some((one) => one.in === place && one.name === input.name)
    )
      describeParameter(parameterOf(operation, place, input.name), input);
  }
  if (stated.some((one) => one.in === 'body')) return;
  const bodies = inputs.filter(({ kind }) => kind === 'body');
  const body = bodyOf(bodies, schemas, convert);
  if (body) operation.requestBody = body;
  const schema = bodies.find((input) => input.name === undefined)?.schema;
  if (schema) describeSchemaBody(operation, schema, schemas);
}

/** Names the schema of a body by its `title`; no body counts as `{}`. */
function describeSchemaBody(
  { requestBody }: Operation,
  schema: NonNullable<HandlerParameter['schema']>,
  schemas: Schemas,
): void {
  const json = requestBody && 'content' in requestBody ? requestBody.content['application/json'] : undefined;
  if (!requestBody || !('content' in requestBody) || !json?.schema) return;
  const { title, ...described } = json.schema as {
    readonly title?: string;
    readonly required?: readonly string[];
  };
  const isOptional = 'properties' in described && (described.required ?? []).length === 0;
  requestBody.required = !isOptional && !acceptsAbsence(schema);
  if (title === undefined) return;
  const name = pascalCase(title);
  if (schemas[name] && !isDeepStrictEqual(schemas[name], described))
    throw new Error(`openapi.json would have two different schemas of the name ${name}`);
  schemas[name] = described as Schemas[string];
  json.schema = { $ref: `#/components/schemas/${name}` };
}

/** The problems of input that is not valid. */
export function inputProblemsOf({ controller, name }: HandledRoute): DocumentedErrorClass[] {
  return parametersOf(controller, name).flatMap((input): DocumentedErrorClass[] => {
    const isText = input.kind === 'query' && input.name !== undefined && input.pipes.length === 0;
    const isChecked = isText || input.schema || hasRules(input.type) || input.pipes.some(isDescribed);
    if (!isChecked) return [];
    return input.kind === 'param' ? [NotFound] : [ValidationFailed];
  });
}

function isDescribed(pipe: unknown): boolean {
  return isUuidParam(pipe) || acceptedValuesOf(pipe) !== undefined;
}

function placeOf({ kind }: HandlerParameter): 'path' | 'query' | undefined {
  return kind === 'body' ? undefined : kind === 'param' ? 'path' : 'query';
}

/** Swagger leaves out a parameter whose type is no class, such as `number | undefined`. */
function parameterOf(operation: Operation, place: 'path' | 'query', name: string): Parameter {
  const parameters = (operation.parameters ??= []);
  const found = parameters.find(
    (one): one is Parameter => 'name' in one && one.in === place && one.name === name,
  );
  const parameter = found ?? { name, in: place, required: true, schema: {} };
  if (!found) parameters.push(parameter);
  return parameter;
}

function describeParameter(parameter: Parameter, { kind, pipes, schema }: HandlerParameter): void {
  const described = schemaOfPipes(pipes);
  if (described) parameter.schema = described;
  // A text without a pipe may be absent.
  if (kind === 'query') parameter.required = schema ? !acceptsAbsence(schema) : isRequired(pipes);
}

function assertDescribed(dto: Type | undefined): void {
  if (!dto?.prototype) return;
  const listed = Reflect.getMetadata(DESCRIBED, dto.prototype as object) as readonly string[] | undefined;
  // A class without documented properties is any object.
  if (!listed) return;
  const rules = getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false);
  const missing = rules.find(({ propertyName }) => !listed.includes(`:${propertyName}`));
  if (missing)
    throw new Error(
      `${dto.name}.${missing.propertyName} has rules, and no client would know of it.\n  → @ApiProperty() beside them`,
    );
}
