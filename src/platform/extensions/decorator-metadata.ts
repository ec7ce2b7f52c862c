interface DecoratedMethod {
  readonly decorator: string;
  readonly key: symbol;
  readonly name: string | symbol;
}

const decoratedMethods = new WeakMap<object, DecoratedMethod[]>();

/** The parameters that TypeScript passes to a class or method decorator. */
export type DecoratorTarget = readonly [
  target: object,
  name?: string | symbol,
  descriptor?: PropertyDescriptor,
];

/** The class or method function that carries the metadata of a decorator. */
export function metadataTarget([target, , descriptor]: DecoratorTarget): object {
  return (descriptor?.value as object | undefined) ?? target;
}

/**
 * Sets metadata on a class or a method. A decorator above may replace the method with a function that lacks the metadata, so
 * methods are recorded and `LostDecorators` stops the start in that case.
 *
 * @param decorator its name, for the error message
 */
export function setDecoratorMetadata(
  decorator: string,
  key: symbol,
  value: unknown,
  place: DecoratorTarget,
): void {
  const [target, name, descriptor] = place;
  Reflect.defineMetadata(key, value, metadataTarget(place));
  if (name === undefined || descriptor === undefined) return;
  const known = decoratedMethods.get(target) ?? [];
  decoratedMethods.set(target, [...known, { decorator, key, name }]);
}

/**
 * The prototype chain of a function or class: a function and those it replaced, where the replacing decorator kept the former
 * function as prototype; a class and the classes it extends.
 */
export function prototypeChainOf(target: object): object[] {
  const lineage: object[] = [];
  for (
    let each: object | null = target;
    typeof each === 'function' && each !== Function.prototype;
    each = Object.getPrototypeOf(each) as object | null
  )
    lineage.push(each);
  return lineage;
}

/** The decorators whose metadata the methods of a class have lost. */
export function lostDecoratorsOf(prototype: object): readonly Pick<DecoratedMethod, 'decorator' | 'name'>[] {
  return (decoratedMethods.get(prototype) ?? []).filter(({ key, name }) => {
    const method: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
    const carriers = typeof method === 'function' ? prototypeChainOf(method) : [];
    return !carriers.some((carrier) => Reflect.hasOwnMetadata(key, carrier));
  });
}
