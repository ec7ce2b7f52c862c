import { applyDecorators, type Type } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform, Type as Nested } from 'class-transformer';
import { IsObject, ValidateNested } from 'class-validator';
import { propertiesOf } from './class-rules';

/**
 * Validates a member by its class, and drops the properties that the class does not declare instead of refusing them: for formats that
 * others define, such as what a browser returns, which gain properties over time.
 */
export function OpenObject(type: Type): PropertyDecorator {
  return applyDecorators(
    Nested(() => type),
    Transform(({ value }: { value: unknown }) => (value instanceof type ? declaredIn(value, type) : value)),
    IsObject({ message: 'Must be a JSON object.' }),
    ValidateNested(),
    ApiProperty({ type }),
  );
}

function declaredIn(value: object, type: Type): object {
  const declared = propertiesOf(type, []);
  for (const name of Object.keys(value)) if (!declared.has(name)) Reflect.deleteProperty(value, name);
  return value;
}
