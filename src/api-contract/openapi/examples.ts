import type { OpenAPIObject } from '@nestjs/swagger';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type Media = Record<string, { schema?: object; example?: unknown; examples?: object }>;

interface Schema {
  readonly $ref?: string;
  readonly type?: string | string[];
  readonly format?: string;
  readonly example?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly discriminator?: { readonly mapping?: Readonly<Record<string, string>> };
}

const BY_FORMAT: Readonly<Record<string, unknown>> = {
  uuid: '01a22289-4dfd-7000-8000-01a3f8164e61',
  'date-time': '2026-11-28T14:22:33.469Z',
  email: 'ada@example.com',
  password: 'teal otters juggle 7 lanterns',
};

/** Adds examples to request bodies and successful responses, composed of the examples of their properties; none where one is missing. */
export function showExamples({ requestBody, responses }: Operation, schemas: Schemas): void {
  const described = [requestBody, ...Object.values(responses)];
  for (const each of described) {
    const content = each && 'content' in each ? (each.content as Media | undefined) : undefined;
    for (const media of Object.values(content ?? {})) {
      if (media.schema && !media.example && !media.examples) show(media, media.schema, schemas);
    }
  }
}

type Shown = Readonly<Record<string, Schema>>;

function show(media: Media[string], schema: Schema, schemas: Shown): void {
  const { discriminator } = resolve(schema, schemas);
  if (!discriminator?.mapping) {
    const example = exampleOf(schema, schemas);
    if (example !== undefined) media.example = example;
    return;
  }
  const choices = Object.entries(discriminator.mapping).map(([word, $ref]) => [
    word,
    { value: exampleOf({ $ref }, schemas) },
  ]);
  media.examples = Object.fromEntries(choices) as object;
}

function resolve(schema: Schema, schemas: Shown): Schema {
  return schema.$ref === undefined ? schema : (schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});
}

/**
 * @param within the references that lead here, because a schema may refer to itself
 * @returns undefined where a required property has no example
 */
function exampleOf(reference: Schema, schemas: Shown, within: readonly string[] = []): unknown {
  const { $ref = '' } = reference;
  if (within.includes($ref)) return undefined;
  const path = $ref === '' ? within : [...within, $ref];
  const schema = resolve(reference, schemas);
  const { const: constant, enum: [first] = [], format, items, properties } = schema;
  // The property is nullable.
  if (schema.example !== undefined) return schema.example;
  const own = constant ?? first ?? BY_FORMAT[format ?? ''];
  if (own !== undefined) return own;
  if (items) {
    const item = exampleOf(items, schemas, path);
    return item === undefined ? undefined : [item];
  }
  return properties && objectOf(schema, schemas, path);
}

function objectOf(
  { properties = {}, required = [] }: Schema,
  schemas: Shown,
  path: readonly string[],
): object | undefined {
  const entries = Object.entries(properties).map(
    ([name, each]) => [name, exampleOf(each, schemas, path)] as const,
  );
  const isWhole = entries.every(([name, value]) => value !== undefined || !required.includes(name));
  return isWhole ? Object.fromEntries(entries.filter(([, value]) => value !== undefined)) : undefined;
}
