import { type PipeTransform, StandardSchemaValidationPipe, type Type, ValidationPipe } from '@nestjs/common';
import { bodyOfCurrentRequest } from './current-request';
import type { HandlerParameter } from './handler-parameters';
import { answeringWithProblems, isOf } from './nest-pipes';
import { classRules, type Input, objectIn, schemaRules, withoutInheritedNames } from './request-validation';
import { isObject, NOT_AN_OBJECT, type Refuse, refusalOf, unknownIn } from './violations';
import { hasRules } from './class-rules';

/** The pipes of a parameter as they run: its validation, then those that it declares. */
export function pipesOf(
  parameter: HandlerParameter,
  groups: readonly string[],
  members: ReadonlySet<string> | undefined,
): readonly unknown[] {
  const { kind, name, pipes } = parameter;
  const input: Input = { kind, name, groups };
  return [
    ...(kind === 'body' && members && name !== undefined ? [onlyMembers(members)] : []),
    ...validationOf(parameter, input),
    ...pipes.map((pipe) => answeringWithProblems(pipe, input)),
  ];
}

/** A value is validated once: where the parameter has a validating pipe of Nest, that pipe does it. */
function validationOf({ kind, name, type, pipes, schema }: HandlerParameter, input: Input): PipeTransform[] {
  const refuse = refusalOf(kind, name);
  const validates = (pipe: Type): boolean => pipes.some((each) => isOf(each, pipe));
  if (schema && !validates(StandardSchemaValidationPipe)) return [schemaRules(input)];
  if (!schema && hasRules(type))
    return [
      validates(ValidationPipe) ? { transform: (value) => objectIn(value, refuse) } : classRules(input),
    ];
  if (kind === 'query' && name !== undefined && pipes.length === 0) return [oneText(refuse)];
  return kind === 'param' ? [] : [{ transform: (value) => withoutInheritedNames(value, refuse) }];
}

function oneText(refuse: Refuse): PipeTransform {
  return {
    transform: (value: unknown): unknown => {
      if (value !== undefined && typeof value !== 'string') throw refuse([GIVEN_TWICE]);
      return value;
    },
  };
}

const GIVEN_TWICE = { pointer: '', code: 'string', detail: 'Must be given once.' };

/** The members are taken one by one, so the first of them refuses the others. */
function onlyMembers(members: ReadonlySet<string>): PipeTransform {
  const refuse = refusalOf('body');
  return {
    transform: (value: unknown): unknown => {
      const body = bodyOfCurrentRequest();
      if (body === undefined) return value;
      if (!isObject(body)) throw refuse([NOT_AN_OBJECT]);
      const unknown = unknownIn(body, members);
      if (unknown.length > 0) throw refuse(unknown);
      return value;
    },
  };
}
