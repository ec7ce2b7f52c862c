import { STATUS_CODES } from 'node:http';
import type { OpenAPIObject } from '@nestjs/swagger';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

/** Completes the documentation of responses beyond the decorators. */
export function describeAnswers(operation: Operation, schemas: Schemas): void {
  describeSuccess(operation);
  nameAnswers(operation, schemas);
}

function describeSuccess({ responses }: Operation): void {
  for (const [status, response] of Object.entries(responses)) {
    if (!response || !('description' in response)) continue;
    response.description ||= STATUS_CODES[status] ?? '';
    const json = response.content?.['application/json'];
    // A string that a handler returns is sent unchanged, not as JSON.
    if (json?.schema && 'type' in json.schema && json.schema.type === 'string')
      response.content = { 'text/plain': json };
  }
}

/** Moves an inline response schema with a `title` to a named one, so that generated clients use that name. */
function nameAnswers({ responses }: Operation, schemas: Schemas): void {
  for (const response of Object.values(responses)) {
    const content = response && 'content' in response ? response.content : undefined;
    for (const media of Object.values(content ?? {})) {
      if (!media.schema || !('title' in media.schema) || media.schema.title === undefined) continue;
      const { title, ...schema } = media.schema;
      schemas[title] = schema;
      media.schema = { $ref: `#/components/schemas/${title}` };
    }
  }
}
