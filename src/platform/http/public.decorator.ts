import { setDecoratorMetadata, type DecoratorTarget } from '../extensions';

export const PUBLIC = Symbol('public');

/** Opens a handler, or every handler of a controller, to requests without an access token. All others are closed. */
export function Public(): ClassDecorator & MethodDecorator {
  return (...place: DecoratorTarget): void => setDecoratorMetadata('@Public()', PUBLIC, true, place);
}
