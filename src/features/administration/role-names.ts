import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayUnique, IsArray, Matches, ValidateBy, ValidateIf } from 'class-validator';
import { ValidationFailed } from '../../platform/errors';
import type { Role } from '../../roles';

export const ROLE_NAME_PATTERN = /^[a-z][a-z0-9-]{0,62}$/;
const NAME_RULE = 'A role is named by lower-case letters, digits and hyphens, at most 63, a letter first.';
/** An access token contains all role names, and has to fit into a header and a cookie (4,096 bytes). */
const MOST_ROLES = 20;
const MOST_ROLES_BYTES = 640;
const TOO_LONG = `The roles must be at most ${MOST_ROLES_BYTES} characters of JSON together.`;

export function isRoleName(text: string): boolean {
  return ROLE_NAME_PATTERN.test(text);
}

/** An optional property that, unlike with `IsOptional`, must not be null. */
export function MayBeAbsent(): PropertyDecorator {
  return ValidateIf((_, value: unknown) => value !== undefined);
}

/** An optional property that names a role. */
export function RoleName(): PropertyDecorator {
  return applyDecorators(
    MayBeAbsent(),
    Matches(ROLE_NAME_PATTERN, { message: NAME_RULE }),
    ApiPropertyOptional({ type: String, pattern: ROLE_NAME_PATTERN.source }),
  );
}

/** An optional property that lists roles by name. */
export function RoleNames({ description }: { readonly description: string }): PropertyDecorator {
  return applyDecorators(
    MayBeAbsent(),
    Matches(ROLE_NAME_PATTERN, { each: true, message: NAME_RULE }),
    ArrayUnique({ message: 'Each role must be listed once.' }),
    ArrayMaxSize(MOST_ROLES, { message: `This must be at most ${MOST_ROLES} roles.` }),
    IsArray({ message: 'This must be a list of roles.' }),
    ValidateBy({ name: 'rolesFit', validator: { validate: rolesFit, defaultMessage: () => TOO_LONG } }),
    ApiPropertyOptional({
      type: [String],
      uniqueItems: true,
      maxItems: MOST_ROLES,
      description,
      example: ['support'],
    }),
  );
}

function rolesFit(names: unknown): boolean {
  return Buffer.byteLength(JSON.stringify(names) ?? '') <= MOST_ROLES_BYTES;
}

/** @returns the first roles, as many as a user may have */
export function fittingRoles(names: readonly string[]): string[] {
  const fitting = [...new Set(names)].slice(0, MOST_ROLES);
  while (!rolesFit(fitting)) fitting.pop();
  return fitting;
}

/** @throws ValidationFailed with a fault for each unknown role */
export function assertExisting(all: readonly Role[], names: readonly string[]): void {
  const known = new Set(all.map(({ name }) => name));
  const violations = names.flatMap((name, index) =>
    known.has(name)
      ? []
      : [{ pointer: `/roles/${index}`, code: 'unknown-role', detail: 'There is no role of this name.' }],
  );
  if (violations.length > 0) throw new ValidationFailed(violations);
}
