import { note, type Place } from '../extensions';

export const PUBLIC = Symbol('public');

/** Opens a handler, or every handler of a controller, to requests without an access token. All others are closed. */
export function Public(): ClassDecorator & MethodDecorator {
  return (...place: Place): void => note('@Public()', PUBLIC, true, place);
}
