import { type CustomDecorator, SetMetadata } from '@nestjs/common';

export const PUBLIC = Symbol('public');

/** Opens a handler, or every handler of a controller, to requests without an access token. All others are closed. */
export function Public(): CustomDecorator<symbol> {
  return SetMetadata(PUBLIC, true);
}
