import { isDeepStrictEqual } from 'node:util';
import type { SwaggerDocumentOptions } from '@nestjs/swagger';
import { type HandlerParameter, type JsonSchema, jsonSchemaOf, pascalCase } from '../../platform/http';

type Schema = NonNullable<HandlerParameter['schema']>;
type Converter = NonNullable<SwaggerDocumentOptions['standardSchemaConverter']>;

interface Converted {
  readonly schema: JsonSchema;
  readonly components: Readonly<Record<string, JsonSchema>>;
}

/** Converts schemas of Standard Schema for one document, so that the names of their definitions stay unique in it. */
export function schemaConverter(): Converter {
  const converted = new WeakMap<object, Converted>();
  const defined = new Map<string, unknown>();

  const nameFor = (wanted: string, definition: unknown): string => {
    let name = wanted;
    for (let number = 2; defined.has(name) && !isDeepStrictEqual(defined.get(name), definition); number++)
      name = `${wanted}${number}`;
    defined.set(name, definition);
    return name;
  };

  const convert = (schema: Schema): Converted | undefined => {
    const described = jsonSchemaOf(schema);
    if (!described) return undefined;
    const { $schema: _dialect, $defs = {}, ...root } = described;
    const parts = Object.entries($defs as Record<string, JsonSchema>).map(([name, part]) => ({
      ref: `#/$defs/${name}`,
      name: nameFor(pascalCase(name), part),
      part,
    }));
    // A schema that refers to itself needs a name in the document.
    const isRecursive = JSON.stringify(described).includes('"$ref":"#"');
    const title = typeof root.title === 'string' ? root.title : 'input';
    if (isRecursive) parts.push({ ref: '#', name: nameFor(pascalCase(title), root), part: root });
    const names = new Map(parts.map(({ ref, name }) => [ref, `#/components/schemas/${name}`]));
    return {
      schema: isRecursive ? { $ref: names.get('#') } : (renamed(root, names) as JsonSchema),
      components: Object.fromEntries(
        parts.map(({ name, part }) => [name, renamed(part, names) as JsonSchema]),
      ),
    };
  };

  return (schema) => {
    const known = converted.get(schema as object) ?? convert(schema as Schema);
    if (known) converted.set(schema as object, known);
    return known;
  };
}

function renamed(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((each) => renamed(each, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      key === '$ref' && typeof each === 'string' ? (names.get(each) ?? each) : renamed(each, names),
    ]),
  );
}

/** Whether a schema accepts a missing value; JSON Schema cannot say so. */
export function acceptsAbsence(schema: Schema): boolean {
  try {
    const result = schema['~standard'].validate(undefined);
    return !(result instanceof Promise) && result.issues === undefined;
  } catch {
    return false;
  }
}
