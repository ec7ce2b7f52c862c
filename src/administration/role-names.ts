import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayUnique, IsArray, Matches, ValidateIf } from 'class-validator';
import { ValidationFailed } from '../platform/errors';
import type { Role } from '../roles';

export const NAME = /^[a-z][a-z0-9-]{0,62}$/;
const NAME_RULE = 'A role is named by lower-case letters, digits and hyphens, at most 63, a letter first.';
/** An access token names them all, and has to fit into a header and a cookie. */
export const MOST_ROLES = 20;

export function isRoleName(text: string): boolean {
  return NAME.test(text);
}

/** An optional property, `null` being none of its values, unlike with `IsOptional`. */
export function MayBeAbsent(): PropertyDecorator {
  return ValidateIf((_, value: unknown) => value !== undefined);
}

/** An optional property that names a role. */
export function RoleName(): PropertyDecorator {
  return applyDecorators(
    MayBeAbsent(),
    Matches(NAME, { message: NAME_RULE }),
    ApiPropertyOptional({ type: String, pattern: NAME.source }),
  );
}

/** An optional property that lists roles by name. */
export function RoleNames({ description }: { readonly description: string }): PropertyDecorator {
  return applyDecorators(
    MayBeAbsent(),
    Matches(NAME, { each: true, message: NAME_RULE }),
    ArrayUnique({ message: 'Name each role once.' }),
    ArrayMaxSize(MOST_ROLES, { message: `This must be at most ${MOST_ROLES} roles.` }),
    IsArray({ message: 'This must be a list of roles.' }),
    ApiPropertyOptional({
      type: [String],
      uniqueItems: true,
      maxItems: MOST_ROLES,
      description,
      example: ['support'],
    }),
  );
}

/** @throws ValidationFailed for each that there is not */
export function assertExisting(all: readonly Role[], names: readonly string[]): void {
  const known = new Set(all.map(({ name }) => name));
  const violations = names.flatMap((name, index) =>
    known.has(name)
      ? []
      : [{ pointer: `/roles/${index}`, code: 'unknown-role', detail: 'There is no role of this name.' }],
  );
  if (violations.length > 0) throw new ValidationFailed(violations);
}
