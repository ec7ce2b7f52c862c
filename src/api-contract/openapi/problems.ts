import { isDeepStrictEqual } from 'node:util';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { DocumentedErrorClass } from '../../platform/errors';
import { type DescribedProblem, describeProblem, pascalCase, PROBLEM_MEDIA_TYPE } from '../../platform/http';

type Components = NonNullable<OpenAPIObject['components']>;
type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Described = NonNullable<Operation['responses'][string]>;

const SCHEMAS = '#/components/schemas/';

/**
 * Adds the problems of an operation. Each problem has one schema. Problems that share a status are a union discriminated by
 * `code` and named after the operation: `LogIn401Problem`. So no name changes when a code is added. A response that can be one problem only is
 * shared by all operations.
 *
 * @throws where two different problems have one code
 */
export function describeRefusals(
  operation: Operation,
  errors: readonly DocumentedErrorClass[],
  components: Components,
): void {
  const problems = [...new Map(errors.map((error) => [error.code, error])).values()].map(describeProblem);
  for (const problem of problems) {
    define(components, 'schemas', problem.name, problem.schema);
    (components.examples ??= {})[problem.name] ??= { value: problem.example };
  }
  for (const status of [...new Set(problems.map((each) => each.status))].toSorted((a, b) => a - b)) {
    const [first, ...others] = problems.filter((each) => each.status === status);
    if (!first) continue;
    operation.responses[status] =
      others.length === 0
        ? sharedResponse(first, components)
        : unionResponse(
            `${pascalCase(operation.operationId ?? '')}${status}Problem`,
            [first, ...others],
            components,
          );
  }
}

function sharedResponse(problem: DescribedProblem, components: Components): { $ref: string } {
  const name = problem.name.replace(/Problem$/, '');
  define(components, 'responses', name, responseOf([problem], SCHEMAS + problem.name));
  return { $ref: `#/components/responses/${name}` };
}

function unionResponse(
  name: string,
  problems: readonly DescribedProblem[],
  components: Components,
): Described {
  const mapping = Object.fromEntries(problems.map((each) => [each.code, SCHEMAS + each.name]));
  const oneOf = Object.values(mapping).map(($ref) => ({ $ref }));
  define(components, 'schemas', name, { oneOf, discriminator: { propertyName: 'code', mapping } });
  return responseOf(problems, SCHEMAS + name);
}

function responseOf(problems: readonly DescribedProblem[], $ref: string): Described {
  const headers = headersOf(problems);
  const examples = Object.fromEntries(
    problems.map(({ code, name }) => [code, { $ref: `#/components/examples/${name}` }]),
  );
  return {
    description: problems.map(({ code }) => `\`${code}\``).join(', '),
    ...(Object.keys(headers).length > 0 && { headers }),
    content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref }, examples } },
  };
}

/** A header is documented where all of the problems have it. */
function headersOf(problems: readonly DescribedProblem[]): DescribedProblem['headers'] {
  const described = problems.flatMap(({ headers }) => Object.entries(headers));
  return Object.fromEntries(
    described.map(([name, { required, ...header }]) => {
      const isPromised = required === true && problems.every(({ headers }) => headers[name]?.required);
      return [name, { ...header, ...(isPromised && { required }) }];
    }),
  );
}

function define(
  components: Components,
  kind: 'schemas' | 'responses',
  name: string,
  definition: object,
): void {
  const defined = (components[kind] ??= {}) as Record<string, object>;
  if (defined[name] && !isDeepStrictEqual(defined[name], definition))
    throw new Error(`openapi.json would have two different ${kind} of the name ${name}`);
  defined[name] = definition;
}
