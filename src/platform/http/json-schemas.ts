import type { StandardSchema } from './handler-parameters';

/** A schema of OpenAPI 3.1 (JSON Schema 2020-12). */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What a schema says of itself (Standard JSON Schema). */
interface Converter {
  readonly jsonSchema?: { input(options: { readonly target: string }): JsonSchema };
}

/**
 * The JSON Schema of the values that a schema accepts.
 * @returns undefined for a schema that cannot describe itself; zod describes all but such as `z.date()`
 */
export function jsonSchemaOf(schema: StandardSchema): JsonSchema | undefined {
  const { jsonSchema } = schema['~standard'] as Converter;
  try {
    return jsonSchema?.input({ target: 'draft-2020-12' });
  } catch {
    return undefined;
  }
}

const SCHEMA_LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const SCHEMA_MAPS = ['properties', 'patternProperties', '$defs', 'definitions'];
const SCHEMAS = ['items', 'additionalProperties', 'not'];

/**
 * The pointer to the first object of a schema that says nothing about unknown properties: libraries drop them silently.
 * @returns undefined where every object refuses or accepts them explicitly
 */
export function openObjectIn(schema: unknown, pointer = ''): string | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined;
  const found = schema as Readonly<Record<string, unknown>>;
  if (found.properties !== undefined && found.additionalProperties === undefined) return pointer;
  const parts = [
    ...SCHEMAS.map((name): [string, unknown] => [name, found[name]]),
    ...[...SCHEMA_LISTS, ...SCHEMA_MAPS].flatMap((name): [string, unknown][] =>
      Object.entries(found[name] ?? {}).map(([key, part]) => [`${name}/${key}`, part]),
    ),
  ];
  for (const [name, part] of parts) {
    const place = openObjectIn(part, `${pointer}/${name}`);
    if (place !== undefined) return place;
  }
  return undefined;
}
