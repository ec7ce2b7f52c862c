import type { DocumentBuilder } from '@nestjs/swagger';
import type { DocumentedErrorClass } from '../platform/errors';
import type { DecoratorTarget } from '../platform/extensions';
import { noteStrategies } from './route-policy';

/** What the OpenAPI document says of a way to authenticate (OpenAPI 3.1, Security Scheme Object). */
export type SecurityScheme = Parameters<DocumentBuilder['addSecurity']>[1];

/** A strategy and the name it is registered with Passport under. */
export interface DescribedStrategy {
  readonly name: string;
  readonly scheme: SecurityScheme;
  /** What it refuses with, beyond `authentication-required`. */
  readonly problems: readonly DocumentedErrorClass[];
}

const DESCRIPTION = Symbol('strategy');
const ROLE_NAME_PATTERN = /^[a-z][a-z0-9-]*$/;
// Ours, and what the OpenAPI document calls the ways in which an access token comes.
const TAKEN = new Set(['jwt', 'local', 'session', 'bearer', 'cookie']);

/**
 * Says by which Passport strategies callers of a handler, or of every handler of a class, are authenticated. What stands
 * on the handler wins. Left out it is `jwt`, our access tokens; where that is one of several, an access token that was
 * sent decides alone: a bad one is not made up for by something else.
 *
 * @param strategies of a provider with `@DescribesStrategy`, or the application does not start
 */
export function AuthenticatedBy(...strategies: [string, ...string[]]): ClassDecorator & MethodDecorator {
  return (...place: DecoratorTarget): void => noteStrategies(place, strategies);
}

/**
 * Stands on a `PassportStrategy(…, name)` whose `validate` returns a `Caller`; it fails, or throws a `DomainError`, for
 * anybody else. It cannot redirect, and of what it returns only the members of a `Caller` are used. What it proves is held
 * to be deliberate: where a browser would attach the credentials by itself, requests of other sites are refused all the same.
 *
 * @param name as in `PassportStrategy(Strategy, name)`
 * @param scheme how a client sends the credentials, for the OpenAPI document
 * @param problems what it throws, for the same
 * @throws Error for a name that is ours, or none
 */
export function DescribesStrategy(
  name: string,
  scheme: SecurityScheme,
  ...problems: readonly DocumentedErrorClass[]
): ClassDecorator {
  if (!ROLE_NAME_PATTERN.test(name) || TAKEN.has(name))
    throw new Error(
      `"${name}" is no name for a strategy: use small letters, digits and hyphens, and none of ${[...TAKEN].join(', ')}`,
    );
  return (target) =>
    Reflect.defineMetadata(DESCRIPTION, { name, scheme, problems } satisfies DescribedStrategy, target);
}

/** @param provider a class; undefined where nothing is noted on it */
export function describedStrategyOf(provider: object): DescribedStrategy | undefined {
  return Reflect.getOwnMetadata(DESCRIPTION, provider) as DescribedStrategy | undefined;
}
