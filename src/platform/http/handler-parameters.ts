import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { ArgumentMetadata, Type } from '@nestjs/common';
import { PIPES_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { prototypeChainOf, setDecoratorMetadata, type DecoratorTarget } from '../extensions';
import type { InputKind } from './violations';

export type StandardSchema = NonNullable<ArgumentMetadata['schema']>;

/** A parameter of a handler that takes the body, the query or the path, or a member of it. */
export interface HandlerParameter {
  /** The key of Nest's metadata. */
  readonly key: string;
  /** The position in the signature, from 0. */
  readonly index: number;
  readonly kind: InputKind;
  /** The member; undefined for the whole body, query or path. */
  readonly name: string | undefined;
  /** What TypeScript emits for the type of the parameter: `Object` for everything that is no class. */
  readonly type: Type | undefined;
  /** The pipes of the parameter, without those of `@UsePipes()`. */
  readonly pipes: readonly unknown[];
  readonly schema: StandardSchema | undefined;
}

interface Argument {
  readonly index: number;
  readonly data?: unknown;
  readonly pipes?: readonly unknown[];
  readonly schema?: StandardSchema;
}

type Arguments = Readonly<Record<string, Argument>>;

const DECLARED = Symbol('declared parameters');
const GROUPS = Symbol('validation groups');

const KINDS = new Map<string, InputKind>([
  [String(RouteParamtypes.BODY), 'body'],
  [String(RouteParamtypes.QUERY), 'query'],
  [String(RouteParamtypes.PARAM), 'param'],
]);

/**
 * Validates the DTO classes of a handler in groups of class-validator: rules of these groups and rules without a group apply. A
 * property that has rules in other groups only is refused as unknown.
 *
 * @param groups a group that no rule of the classes has stops the start
 */
export function ValidationGroups(...groups: [string, ...string[]]): MethodDecorator {
  return (...place: DecoratorTarget): void =>
    setDecoratorMetadata('@ValidationGroups()', GROUPS, groups, place);
}

/** The groups of `@ValidationGroups()`; none where every rule applies. */
export function validationGroupsOf(handler: object): readonly string[] {
  const found = prototypeChainOf(handler).map(
    (each) => Reflect.getOwnMetadata(GROUPS, each) as string[] | undefined,
  );
  return found.find((groups) => groups !== undefined) ?? [];
}

/** The parameters as they are declared, in the order of the signature. */
export function parametersOf(controller: Type, handlerName: string): HandlerParameter[] {
  const types = (Reflect.getMetadata('design:paramtypes', controller.prototype as object, handlerName) ??
    []) as (Type | undefined)[];
  return Object.entries(declaredArguments(controller, handlerName))
    .flatMap(([key, { index, data, pipes = [], schema }]): HandlerParameter[] => {
      const kind = KINDS.get(key.split(':')[0] ?? '');
      const name = typeof data === 'string' ? data : undefined;
      return kind ? [{ key, index, kind, name, type: types[index], pipes, schema }] : [];
    })
    .toSorted((a, b) => a.index - b.index);
}

/** The pipes of `@UsePipes()`, which run before those of the parameters. */
export function sharedPipesOf(controller: Type, handler: object): readonly unknown[] {
  return [controller, handler].flatMap(
    (target) => (Reflect.getMetadata(PIPES_METADATA, target) ?? []) as readonly unknown[],
  );
}

/** Replaces the pipes of parameters in Nest's metadata, by key. `parametersOf` still returns the declared ones. */
export function replacePipes(
  controller: Type,
  handlerName: string,
  pipes: ReadonlyMap<string, readonly unknown[]>,
): void {
  const declared = declaredArguments(controller, handlerName);
  const replaced = Object.entries(declared).map(([key, argument]) => [
    key,
    { ...argument, pipes: pipes.get(key) ?? argument.pipes },
  ]);
  // On the class itself: the handler may be inherited, and another subclass may have other decorators.
  Reflect.defineMetadata(DECLARED, declared, controller, handlerName);
  Reflect.defineMetadata(ROUTE_ARGS_METADATA, Object.fromEntries(replaced), controller, handlerName);
}

function declaredArguments(controller: Type, handlerName: string): Arguments {
  const found = prototypeChainOf(controller).map(
    (each) =>
      (Reflect.getOwnMetadata(DECLARED, each, handlerName) ??
        Reflect.getOwnMetadata(ROUTE_ARGS_METADATA, each, handlerName)) as Arguments | undefined,
  );
  return found.find((declared) => declared !== undefined) ?? {};
}
