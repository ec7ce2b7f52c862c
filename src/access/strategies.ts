import { type CanActivate, type ExecutionContext } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import passport from 'passport';
import type { FastifyRequest } from 'fastify';
import { validate as isUuid } from 'uuid';
import { DomainError } from '../platform/errors';
import { AuthenticationRequired } from '../platform/http';
import type { Caller } from './principal';

/** The strategy of our access tokens, registered by `auth`. */
export const JWT = 'jwt';

const guards = new Map<string, CanActivate>();

/**
 * Admits whom one of these strategies knows, in their order.
 * @throws AuthenticationRequired where none does, or what a strategy threw
 */
export async function admit(strategies: readonly string[], context: ExecutionContext): Promise<true> {
  const key = strategies.join(' ');
  const guard = guards.get(key) ?? guardOf(strategies);
  guards.set(key, guard);
  await guard.canActivate(context);
  const request = context.switchToHttp().getRequest<FastifyRequest & { user?: unknown }>();
  // A strategy that passes a request on has authenticated nobody, and Passport would let it through.
  if (!isCaller(request.user)) throw new TypeError(`"${key}" authenticated somebody who is no Caller`);
  return true;
}

/** What Passport has under a name; undefined where there is nothing. */
export function registeredAs(name: string): object | undefined {
  const registry = passport as unknown as { _strategy(name: string): object | undefined };
  return registry._strategy(name);
}

/** Who the strategies knew; what they threw otherwise, or nobody said anything. */
export function knownBy<Known>(error: unknown, known: Known | false, why: unknown): Known | undefined {
  if (error) throw error;
  // Passport takes whatever keeps it from a key for a bad token; here it may be the database that is away.
  const refusal = [why].flat().find((reason) => reason instanceof DomainError);
  if (refusal && !known) throw refusal;
  return known || undefined;
}

function guardOf(strategies: readonly string[]): CanActivate {
  class StrategiesGuard extends AuthGuard([...strategies]) {
    override handleRequest<Known>(error: unknown, known: Known | false, why: unknown): Known {
      const caller = knownBy(error, known, why);
      if (!caller) throw new AuthenticationRequired(`This needs credentials: ${strategies.join(' or ')}.`);
      return caller;
    }
  }
  return new StrategiesGuard();
}

function isCaller(user: unknown): user is Caller {
  const { userId, roles, permissions } = (user ?? {}) as Partial<Record<keyof Caller, unknown>>;
  return isUuid(userId) && [roles, permissions].every((list) => Array.isArray(list));
}
