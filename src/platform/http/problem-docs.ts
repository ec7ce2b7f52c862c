import type { DocumentedErrorClass } from '../errors';

const PROBLEMS = Symbol('problems');

/** Documents the problems of a route, or of every route of a class, beyond those of every route. */
export function ApiProblems(...errors: readonly DocumentedErrorClass[]): MethodDecorator & ClassDecorator {
  return (target: object, _name?: string | symbol, descriptor?: PropertyDescriptor): void => {
    const place = (descriptor?.value as object | undefined) ?? target;
    Reflect.defineMetadata(PROBLEMS, [...problemsDeclaredOn(place), ...errors], place);
  };
}

/** @param place a controller class or a handler */
export function problemsDeclaredOn(place: object): readonly DocumentedErrorClass[] {
  return (Reflect.getMetadata(PROBLEMS, place) as readonly DocumentedErrorClass[] | undefined) ?? [];
}
