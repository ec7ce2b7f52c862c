import type { OpenAPIObject } from '@nestjs/swagger';
import { parametersOf, pascalCase, propertiesOf, validationGroupsOf } from '../../platform/http';
import type { HandledRoute } from '../routes';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type Schema = Extract<Schemas[string], { properties?: unknown }>;
type Properties = ReadonlyMap<string, { readonly isOptional: boolean }>;

/**
 * Describes the classes of a handler as they apply in its groups: `CreateNoteRequest` for `NoteRequest` in the group `create`.
 * @returns the name of the schema that the body had before
 */
export function describeGroups(
  operation: Operation,
  { controller, handler, name: handlerName }: HandledRoute,
  schemas: Schemas,
): string | undefined {
  const groups = validationGroupsOf(handler);
  if (groups.length === 0) return undefined;
  let replaced: string | undefined;
  for (const { kind, name, type } of parametersOf(controller, handlerName)) {
    if (name !== undefined) continue;
    const all = propertiesOf(type, []);
    const properties = propertiesOf(type, groups);
    if (kind === 'query') keepParameters(operation, all, properties);
    if (kind === 'body') replaced = describeBodyIn(groups, operation, { all, properties }, schemas);
  }
  return replaced;
}

function describeBodyIn(
  groups: readonly string[],
  { requestBody }: Operation,
  { all, properties }: { readonly all: Properties; readonly properties: Properties },
  schemas: Schemas,
): string | undefined {
  const json = requestBody && 'content' in requestBody ? requestBody.content['application/json'] : undefined;
  const name = json?.schema && '$ref' in json.schema ? json.schema.$ref.split('/').at(-1) : undefined;
  const base = schemas[name ?? ''] as Schema | undefined;
  if (!json || name === undefined || !base) return undefined;
  const entries = Object.entries(base.properties ?? {}).filter(([property]) => properties.has(property));
  const required = entries
    .map(([property]) => property)
    .filter((property) => {
      const isConditional = all.get(property)?.isOptional;
      return isConditional ? !properties.get(property)?.isOptional : base.required?.includes(property);
    });
  const { required: _required, ...rest } = base;
  const variant = groups.map(pascalCase).join('') + name;
  schemas[variant] = {
    ...rest,
    properties: Object.fromEntries(entries),
    ...(required.length > 0 && { required }),
  };
  json.schema = { $ref: `#/components/schemas/${variant}` };
  return name;
}

function keepParameters(operation: Operation, all: Properties, properties: Properties): void {
  operation.parameters = (operation.parameters ?? []).filter(
    (each) => !('name' in each) || each.in !== 'query' || !all.has(each.name) || properties.has(each.name),
  );
  for (const each of operation.parameters)
    if ('name' in each && each.in === 'query' && all.get(each.name)?.isOptional)
      each.required = !properties.get(each.name)?.isOptional;
}

/** Removes the schemas of classes that are described in groups only. */
export function dropUnusedSchemas(document: object, names: ReadonlySet<string>, schemas: Schemas): void {
  for (const name of names)
    if (!JSON.stringify(document).includes(`"#/components/schemas/${name}"`)) delete schemas[name];
}
