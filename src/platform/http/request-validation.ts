import { type ArgumentMetadata, Injectable, type PipeTransform, ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { ValidationFailed, type Violation } from '../errors';

/** Holds a body to the rules of its DTO class. A property the class does not name is refused, not dropped. */
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
    if (metadata.type !== 'body') return this.rules.transform(value, metadata);
    refuseUncheckedBody(metadata);
    const body = value === undefined ? {} : value;
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      throw new ValidationFailed([NOT_AN_OBJECT]);
    return this.rules.transform(body, metadata);
  }
}

const NOT_AN_OBJECT: Violation = { pointer: '', code: 'object', detail: 'The body must be a JSON object.' };

/** A DTO brought in by `import type` leaves no class behind and would let everything through. */
function refuseUncheckedBody({ metatype, data }: ArgumentMetadata): void {
  if (data === undefined && metatype && metatype !== Object) return;
  throw new TypeError(
    'A handler takes a body without a DTO class: declare it as @Body() body: SomeDto, imported as a value',
  );
}

function violationsOf(error: ValidationError, parent = ''): Violation[] {
  const pointer = `${parent}/${error.property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
    pointer,
    ...describe(error, rule, message),
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => violationsOf(child, pointer))];
}

function describe(error: ValidationError, rule: string, message: string): Pick<Violation, 'code' | 'detail'> {
  if (rule === 'whitelistValidation')
    return { code: 'unknown-property', detail: 'This property is not known here.' };
  if (error.value === undefined) return { code: 'required', detail: 'This property is required.' };
  return {
    code: rule.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replace(/^is-/, ''),
    detail: message,
  };
}
