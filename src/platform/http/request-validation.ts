import { type ArgumentMetadata, Injectable, type PipeTransform, ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { ValidationFailed, type Violation } from '../errors';

/** Validates a body or a query by its DTO class. A property that the class does not declare is refused, not dropped. */
@Injectable()
export class RequestValidation implements PipeTransform {
  private readonly rules = new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    stopAtFirstError: true,
    exceptionFactory: (errors) => new ValidationFailed(errors.flatMap((error) => violationsOf(error))),
  });

  async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'query') refuseInheritedNames(value);
    if (metadata.type !== 'body') return this.rules.transform(value, metadata);
    refuseUncheckedBody(metadata);
    const body = value === undefined ? {} : value;
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      throw new ValidationFailed([NOT_AN_OBJECT]);
    refuseInheritedNames(body);
    return this.rules.transform(body, metadata);
  }
}

const NOT_AN_OBJECT: Violation = { pointer: '', code: 'object', detail: 'The body must be a JSON object.' };

const UNKNOWN = { code: 'unknown-property', detail: 'Unknown property.' };

// What TypeScript emits for types that are not classes; validation skips them.
const NO_DTO: ReadonlySet<unknown> = new Set([undefined, Object, Array, String, Number, Boolean, Map, Set]);

/** A DTO imported by `import type` emits no class, so nothing would be validated. */
function refuseUncheckedBody({ metatype, data }: ArgumentMetadata): void {
  if (data === undefined && !NO_DTO.has(metatype)) return;
  throw new TypeError(
    'A handler takes a body without a DTO class: declare it as @Body() body: SomeDto, imported as a value',
  );
}

/** class-transformer drops properties named like inherited ones before validation. */
function refuseInheritedNames(value: unknown): void {
  const inherited = inheritedNames(value);
  if (inherited.length > 0) throw new ValidationFailed(inherited);
}

function inheritedNames(value: unknown, parent = ''): Violation[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, child]) => {
    const pointer = pointerTo(name, parent);
    return name in Object.prototype || name === 'prototype'
      ? [{ pointer, ...UNKNOWN }]
      : inheritedNames(child, pointer);
  });
}

/** Returns a JSON Pointer (RFC 6901). */
function pointerTo(name: string, parent: string): string {
  return `${parent}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function violationsOf(error: ValidationError, parent = ''): Violation[] {
  const pointer = pointerTo(error.property, parent);
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
    pointer,
    ...describe(error, rule, message),
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => violationsOf(child, pointer))];
}

function describe(error: ValidationError, rule: string, message: string): Pick<Violation, 'code' | 'detail'> {
  if (rule === 'whitelistValidation') return UNKNOWN;
  if (error.value === undefined) return { code: 'required', detail: 'Required.' };
  return {
    code: rule.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replace(/^is-/, ''),
    detail: message,
  };
}
