import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly discriminator?: { readonly propertyName: string; readonly mapping: Record<string, string> };
  readonly [keyword: string]: unknown;
}

export interface Media {
  readonly schema?: Schema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly $ref?: string; readonly value?: unknown }>>;
}

export interface Header {
  readonly description?: string;
  readonly required?: boolean;
  readonly schema?: Schema;
}

export interface Described {
  readonly $ref?: string;
  readonly description?: string;
  readonly headers?: Readonly<Record<string, Header>>;
  readonly content?: Readonly<Record<string, Media>>;
}

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema?: Schema;
}

export interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, Described>>;
}

export interface Contract {
  readonly openapi: string;
  readonly tags: readonly { readonly name: string; readonly description?: string }[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly responses: Readonly<Record<string, Described>>;
    readonly examples: Readonly<Record<string, { readonly value: unknown }>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
}

/** What is committed; `openapi.spec.ts` holds the application to it. */
export const COMMITTED = readContract('openapi.json');

/** @param file relative to the folder of the project */
export function readContract(file: string): Contract {
  return JSON.parse(readFileSync(join(__dirname, '../..', file), 'utf8')) as Contract;
}

/** An operation, where it is, and with its responses as they are, not as references. */
export interface PlacedOperation extends Operation {
  /** `GET /v1/users/{id}`, as in the manifest. */
  readonly route: string;
  readonly method: string;
}

export function operationsOf(contract: Contract): PlacedOperation[] {
  return Object.entries(contract.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      method,
      route: `${method.toUpperCase()} ${path}`,
      responses: Object.fromEntries(
        Object.entries(operation.responses).map(([status, each]) => [status, resolved(each, contract)]),
      ),
    })),
  );
}

/** What a reference leads to; anything else is itself. */
export function resolved<Part extends { readonly $ref?: string }>(part: Part, contract: Contract): Part {
  if (part.$ref === undefined) return part;
  const found = part.$ref
    .split('/')
    .slice(1)
    .reduce<unknown>((inside, key) => (inside as Record<string, unknown> | undefined)?.[key], contract);
  if (!found) throw new Error(`${part.$ref} leads nowhere`);
  return found as Part;
}

/** The codes of the problems that an answer may be. */
export function codesOf({ content = {} }: Described): string[] {
  return Object.values(content).flatMap(({ examples = {} }) => Object.keys(examples));
}
