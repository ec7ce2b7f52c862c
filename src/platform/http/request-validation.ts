import {
  type ArgumentMetadata,
  Injectable,
  type PipeTransform,
  StandardSchemaValidationPipe,
  ValidationPipe,
} from '@nestjs/common';
import type { ValidationError, ValidatorOptions } from 'class-validator';
import {
  inheritedNamesIn,
  isObject,
  NOT_AN_OBJECT,
  refusalOf,
  type InputKind,
  type Refuse,
  type SchemaIssue,
  schemaViolations,
  violationsOf,
} from './violations';

/** The part of a parameter that decides how its value is validated. */
export interface Input {
  readonly kind: InputKind;
  /** The member that the parameter takes; undefined for the whole body, query or path. */
  readonly name?: string | undefined;
  /** Groups of class-validator; none applies every rule. */
  readonly groups?: readonly string[];
}

/** Validates the body and the query of a guard that needs them: guards run before pipes. */
@Injectable()
export class RequestValidation implements PipeTransform {
  private readonly body = classRules({ kind: 'body' });
  private readonly query = classRules({ kind: 'query' });

  async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    return (metadata.type === 'body' ? this.body : this.query).transform(value, metadata);
  }
}

/** TypeScript gives an instance every property of its class, and one without a rule in the groups would count as sent. */
class ClassValidation extends ValidationPipe {
  protected override async validate(object: object, options?: ValidatorOptions): Promise<ValidationError[]> {
    return withoutUnsent(await super.validate(object, options));
  }
}

function withoutUnsent(errors: readonly ValidationError[]): ValidationError[] {
  return errors.flatMap((error) => {
    if (error.constraints?.whitelistValidation !== undefined && error.value === undefined) return [];
    const children = withoutUnsent(error.children ?? []);
    return error.constraints || children.length > 0 ? Object.assign(error, { children }) : [];
  });
}

/** Validates by the DTO class of the parameter. A property that the class does not declare is refused, not dropped. */
export function classRules(input: Input): PipeTransform {
  const refuse = refusalOf(input.kind, input.name);
  const groups = [...(input.groups ?? [])];
  const rules = new ClassValidation({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    stopAtFirstError: true,
    // Rules without a group apply in every group.
    ...(groups.length > 0 && { groups, always: true, transformOptions: { groups } }),
    exceptionFactory: (errors) => refuse(errors.flatMap((error) => violationsOf(error))),
  });
  return {
    transform: async (value: unknown, metadata: ArgumentMetadata): Promise<unknown> =>
      rules.transform(objectIn(value, refuse), metadata),
  };
}

/** No value counts as an empty object. */
export function objectIn(value: unknown, refuse: Refuse): unknown {
  const object = value === undefined ? {} : value;
  if (!isObject(object)) throw refuse([NOT_AN_OBJECT]);
  return withoutInheritedNames(object, refuse);
}

/** Returns a value that has no name such as `constructor` at any depth. */
export function withoutInheritedNames(value: unknown, refuse: Refuse): unknown {
  const inherited = inheritedNamesIn(value);
  if (inherited.length > 0) throw refuse(inherited);
  return value;
}

class SchemaIssues extends Error {
  constructor(readonly issues: readonly SchemaIssue[]) {
    super();
  }
}

/** Validates by the schema of the parameter (Standard Schema), with Nest's pipe. */
export function schemaRules({ kind, name }: Input): PipeTransform {
  const refuse = refusalOf(kind, name);
  const rules = new StandardSchemaValidationPipe({ exceptionFactory: (issues) => new SchemaIssues(issues) });
  const transform = async (value: unknown, metadata: ArgumentMetadata): Promise<unknown> => {
    withoutInheritedNames(value, refuse);
    try {
      return await rules.transform(value, metadata);
    } catch (error) {
      if (!(error instanceof SchemaIssues)) throw error;
      // A body that is not there counts as an empty object, unless the schema accepts its absence.
      if (kind === 'body' && name === undefined && value === undefined) return transform({}, metadata);
      throw refuse(schemaViolations(error.issues, value));
    }
  };
  return { transform };
}
