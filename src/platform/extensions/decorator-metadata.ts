/** A decorator's note on the function that a method was when the decorator ran. */
interface DecoratedMethod {
  readonly decorator: string;
  readonly key: symbol;
  readonly name: string | symbol;
}

const decoratedMethods = new WeakMap<object, DecoratedMethod[]>();

/** Where a decorator stands: the parameters that TypeScript gives a class or method decorator. */
export type DecoratorTarget = readonly [
  target: object,
  name?: string | symbol,
  descriptor?: PropertyDescriptor,
];

/** The class, or the function of the method, that metadata of a place belongs to. */
export function metadataTarget([target, , descriptor]: DecoratorTarget): object {
  return (descriptor?.value as object | undefined) ?? target;
}

/**
 * Sets metadata for a decorator of ours on a class or a method. On a method it is remembered, since another decorator above may put a
 * function in its place that does not carry it: `LostDecorators` refuses the start then.
 *
 * @param decorator as it is written, for the message
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
 * A function and what it was put in the place of, where whoever replaced it kept the former one as prototype; a class and those it extends.
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

/** @returns the decorators, with their methods, whose metadata the methods of a class do not carry any more */
export function lostDecoratorsOf(prototype: object): readonly Pick<DecoratedMethod, 'decorator' | 'name'>[] {
  return (decoratedMethods.get(prototype) ?? []).filter(({ key, name }) => {
    const method: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
    const carriers = typeof method === 'function' ? prototypeChainOf(method) : [];
    return !carriers.some((carrier) => Reflect.hasOwnMetadata(key, carrier));
  });
}
