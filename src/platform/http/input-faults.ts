import { DefaultValuePipe, StandardSchemaValidationPipe, type Type, ValidationPipe } from '@nestjs/common';
import { propertyWithoutRule, rulesOf } from './class-rules';
import type { HandlerParameter } from './handler-parameters';
import { jsonSchemaOf, openObjectIn } from './json-schemas';
import { acceptedValuesOf, isOf, refusesUnknownProperties } from './nest-pipes';
import type { InputKind } from './violations';

/** A handler as far as the validation of its input depends on it. */
export interface HandlerInput {
  readonly handler: object;
  readonly parameters: readonly HandlerParameter[];
  /** The pipes of `@UsePipes()`. */
  readonly sharedPipes: readonly unknown[];
  readonly groups: readonly string[];
}

const VALIDATORS: readonly Type[] = [ValidationPipe, StandardSchemaValidationPipe];
const DECORATORS: Readonly<Record<InputKind, string>> = { body: 'Body', query: 'Query', param: 'Param' };
const API_DECORATORS: Readonly<Record<InputKind, string>> = {
  body: 'ApiBody',
  query: 'ApiQuery',
  param: 'ApiParam',
};
const PLACES: Readonly<Record<InputKind, string>> = { body: 'body', query: 'query', param: 'path' };

/** The metadata key of `@ApiBody()`, `@ApiQuery()` and `@ApiParam()`. */
const DOCUMENTED = 'swagger/apiParameters';

/** What is wrong with the input of a handler: a sentence and what to do, each. */
export function faultsIn(input: HandlerInput): string[] {
  const { parameters, sharedPipes, groups } = input;
  const rules = parameters.flatMap(({ type }) => rulesOf(type));
  return [
    ...sharedPipes.filter(isValidator).map((pipe) => `has ${nameOf(pipe)} in @UsePipes().\n  → ${REMOVE}`),
    ...groups
      .filter((group) => !rules.some((rule) => rule.groups?.includes(group)))
      .map(
        (group) =>
          `validates in the group "${group}", which no rule of its classes has.\n  → correct its name`,
      ),
    ...parameters.flatMap((parameter) =>
      faultsOf(parameter, input).map(
        (fault) => `takes ${decoratorOf(parameter)} as parameter ${parameter.index + 1}, ${fault}`,
      ),
    ),
  ];
}

const REMOVE =
  'remove it: every parameter is validated by its class or its schema; @ValidationGroups() selects groups';

/** Whether a pipe of Nest would validate everything a second time, and drop unknown properties before they are refused. */
export function isValidator(pipe: unknown): boolean {
  return VALIDATORS.some((type) => isOf(pipe, type));
}

export function globalPipeFault(pipe: unknown): string {
  return `${nameOf(pipe)} is a global pipe.\n  → ${REMOVE}`;
}

function faultsOf(parameter: HandlerParameter, input: HandlerInput): string[] {
  const { name, type, pipes, schema } = parameter;
  if (name !== undefined && name in Object.prototype)
    return ['a name that every object has.\n  → choose another name'];
  if (!isValidated(parameter, input)) return [NOTHING];
  const loose = pipes.find((pipe) => isOf(pipe, ValidationPipe) && !refusesUnknownProperties(pipe));
  if (loose) return [`whose ValidationPipe does not refuse unknown properties.\n  → ${REMOVE}`];
  const bare = schema ? undefined : propertyWithoutRule(type, input.groups);
  if (bare !== undefined)
    return [`and nothing validates ${type?.name}.${bare}.\n  → add a rule to it, or @Allow() for any value`];
  return documentationFaultsOf(parameter, input);
}

const NOTHING =
  'and nothing validates it: its type is an interface, a built-in type or a class without rules.\n' +
  '  → use a class with rules of class-validator, imported as a value, or give the decorator a pipe or { schema }';

function isValidated({ kind, name, type, pipes, schema }: HandlerParameter, input: HandlerInput): boolean {
  if (schema || rulesOf(type, input.groups).length > 0) return true;
  // The values of paths and of queries are texts.
  if (kind !== 'body' && name !== undefined && type === String) return true;
  return [...input.sharedPipes, ...pipes].some((pipe) => !isValidator(pipe) && !isOf(pipe, DefaultValuePipe));
}

function documentationFaultsOf(parameter: HandlerParameter, { handler }: HandlerInput): string[] {
  const { kind, name, type, pipes, schema } = parameter;
  const listed = (Reflect.getMetadata(DOCUMENTED, handler) ?? []) as readonly { readonly in?: string }[];
  if (listed.some((each) => each.in === PLACES[kind])) return [];
  const fix = `describe it with @${API_DECORATORS[kind]}()`;
  if (!schema) {
    const isKnown =
      name !== undefined || kind === 'param' || rulesOf(type).length > 0 || pipes.some(acceptedValuesOf);
    return isKnown ? [] : [`and the OpenAPI document cannot describe its type.\n  → ${fix}`];
  }
  const described = jsonSchemaOf(schema);
  if (!described) return [`whose schema gives no JSON Schema for the OpenAPI document.\n  → ${fix}`];
  const open = kind === 'param' ? undefined : openObjectIn(described);
  return open === undefined ? [] : [openFault(open)];
}

function openFault(pointer: string): string {
  const place = pointer === '' ? 'its schema' : `its schema at ${pointer}`;
  return (
    `and ${place} says nothing about unknown properties, so they would be dropped silently.\n` +
    '  → refuse them (z.strictObject) or accept them (z.looseObject)'
  );
}

function decoratorOf({ kind, name }: HandlerParameter): string {
  return `@${DECORATORS[kind]}(${name === undefined ? '' : `'${name}'`})`;
}

function nameOf(pipe: unknown): string {
  return (typeof pipe === 'function' ? pipe : (pipe as object).constructor).name;
}
