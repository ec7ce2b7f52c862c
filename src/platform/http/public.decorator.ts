import { applyDecorators, type CustomDecorator, SetMetadata } from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';

export const PUBLIC = Symbol('public');

/** Opens a handler, or every handler of a controller, to requests without an access token. All others are closed. */
export function Public(): ReturnType<typeof applyDecorators> {
  const open: CustomDecorator<symbol> = SetMetadata(PUBLIC, true);
  return applyDecorators(open, ApiSecurity({}));
}
