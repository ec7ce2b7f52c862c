import type { DocumentBuilder } from '@nestjs/swagger';
import type { DocumentedErrorClass } from '../platform/errors';
import type { DecoratorTarget } from '../platform/extensions';
import { noteStrategies } from './route-policy';

/** How the OpenAPI document describes the credentials of a strategy (OpenAPI 3.1, Security Scheme Object). */
export type SecurityScheme = Parameters<DocumentBuilder['addSecurity']>[1];

/** A strategy, by the name that it is registered under with Passport. */
export interface DescribedStrategy {
  readonly name: string;
  readonly scheme: SecurityScheme;
  /** The errors that the strategy throws, beyond `authentication-required`. */
  readonly problems: readonly DocumentedErrorClass[];
}

const DESCRIPTION = Symbol('strategy');
const STRATEGY_NAME = /^[a-z][a-z0-9-]*$/;
// Names of this application's strategies, and of the security schemes for access tokens in the OpenAPI document.
const TAKEN = new Set(['jwt', 'local', 'session', 'bearer', 'cookie']);

/**
 * Names the Passport strategies that authenticate the callers of a handler, or of every handler of a class. The decorator of the
 * handler wins. Without the decorator the strategy is `jwt`, for access tokens. Where `jwt` is one of several strategies and a request
 * has an access token, that token decides alone.
 *
 * @param strategies names of providers with `@DescribesStrategy`; an unknown name stops the start
 */
export function AuthenticatedBy(...strategies: [string, ...string[]]): ClassDecorator & MethodDecorator {
  return (...place: DecoratorTarget): void => noteStrategies(place, strategies);
}

/**
 * Describes a `PassportStrategy(…, name)` whose `validate` returns a `Caller`, and fails or throws a `DomainError` for invalid
 * credentials. The strategy cannot redirect, and only the members of `Caller` are used. Unsafe requests of other sites are refused,
 * because a browser may attach the credentials of the strategy by itself.
 *
 * @param name as in `PassportStrategy(Strategy, name)`
 * @param scheme how a client sends the credentials, for the OpenAPI document
 * @param problems the errors that it throws, for the OpenAPI document
 * @throws Error for a malformed or reserved name
 */
export function DescribesStrategy(
  name: string,
  scheme: SecurityScheme,
  ...problems: readonly DocumentedErrorClass[]
): ClassDecorator {
  if (!STRATEGY_NAME.test(name) || TAKEN.has(name))
    throw new Error(
      `"${name}" cannot be the name of a strategy.\n  → use lower-case letters, digits and hyphens, and none of ${[...TAKEN].join(', ')}`,
    );
  return (target) =>
    Reflect.defineMetadata(DESCRIPTION, { name, scheme, problems } satisfies DescribedStrategy, target);
}

/** @returns undefined for a class without `@DescribesStrategy` */
export function describedStrategyOf(provider: object): DescribedStrategy | undefined {
  return Reflect.getOwnMetadata(DESCRIPTION, provider) as DescribedStrategy | undefined;
}
