import type { OpenAPIObject } from '@nestjs/swagger';
import {
  type BodyPolicy,
  EmptyRequest,
  type FileField,
  isParsedType,
  pascalCase,
  sizeInWords,
} from '../../platform/http';
import { bodyInWords } from '../body-words';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Body = Extract<NonNullable<Operation['requestBody']>, { content: unknown }>;
type Media = Body['content'][string];
type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type Schema = Extract<Schemas[string], { properties?: unknown }>;

/** Describes the media types and the limits of a body that is not the default one. */
export function describeBodyPolicy(
  operation: Operation,
  policy: BodyPolicy | undefined,
  schemas: Schemas,
): void {
  if (!policy) return;
  const { requestBody } = operation;
  const former = requestBody && 'content' in requestBody ? requestBody : undefined;
  const [parsed = {}] = Object.values(former?.content ?? {});
  const name = `${pascalCase(operation.operationId ?? '')}Form`;
  const mediaOf = (type: string): Media => {
    if (policy.multipart) return formOf(name, resolve(parsed, schemas), policy, schemas);
    return isParsedType(type) ? parsed : {};
  };
  operation.requestBody = {
    ...former,
    description: [former?.description, `${bodyInWords(policy)}.`].filter(Boolean).join(' '),
    content: Object.fromEntries(policy.types.map((type) => [type, mediaOf(type)])),
  };
}

/** No body counts as `{}`, so a body is required where one of its properties is. Unknown properties are refused. */
export function requireBody({ requestBody }: Operation, schemas: Schemas): void {
  if (!requestBody || !('content' in requestBody)) return;
  for (const media of Object.values(requestBody.content)) {
    const dto = resolve(media, schemas);
    if (media.schema && '$ref' in media.schema && media.schema.$ref.endsWith(`/${EmptyRequest.name}`)) {
      requestBody.required = false;
      if (dto) dto.additionalProperties = false;
    }
    // A DTO with validation but without documented properties.
    if (!dto || Object.keys(dto.properties ?? {}).length === 0) continue;
    requestBody.required = (dto.required ?? []).length > 0;
    dto.additionalProperties ??= false;
  }
}

/** The text fields of the DTO and the files in one schema, which gets a name for generated clients. */
function formOf(name: string, dto: Schema | undefined, { multipart }: BodyPolicy, schemas: Schemas): Media {
  const files = Object.entries(multipart?.files ?? {});
  const most = sizeInWords(multipart?.fileBytes ?? 0);
  schemas[name] = {
    type: 'object',
    properties: {
      ...dto?.properties,
      ...Object.fromEntries(files.map(([field, rule]) => [field, fileOf(rule, most)])),
    },
    required: [
      ...(dto?.required ?? []),
      ...files.filter(([, { required }]) => required).map(([field]) => field),
    ],
  };
  return { schema: { $ref: `#/components/schemas/${name}` } };
}

function fileOf({ max = 1 }: FileField, most: string): Schema {
  const file: Schema = { type: 'string', format: 'binary', description: `At most ${most}` };
  return max === 1 ? file : { type: 'array', items: file, maxItems: max };
}

function resolve({ schema }: Media, schemas: Schemas): Schema | undefined {
  const found = schema && '$ref' in schema ? schemas[schema.$ref.split('/').at(-1) ?? ''] : schema;
  return found && 'properties' in found ? found : undefined;
}
