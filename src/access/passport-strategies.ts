import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import passport, { type Strategy } from 'passport';
import type { FastifyRequest } from 'fastify';
import { validate as isUuid } from 'uuid';
import { DomainError } from '../platform/errors';
import { AuthenticationRequired } from '../platform/http';
import { describedStrategyOf } from './authenticated-by';
import type { Caller } from './principal';

/** The strategies that modules bring along, each one of this application's: Passport knows those of every one in the process. */
@Injectable()
export class PassportStrategies implements OnModuleInit {
  private found: ReadonlyMap<string, Strategy> | undefined;

  constructor(private readonly discovery: DiscoveryService) {}

  /** @throws Error where two have one name, and one would open the routes of the other */
  onModuleInit(): void {
    this.has('');
  }

  has(name: string): boolean {
    return this.all().has(name);
  }

  /**
   * Finds out who is calling by the first of these that knows.
   * @throws AuthenticationRequired where none does, or what a strategy threw or failed with
   */
  async authenticate(names: readonly string[], request: FastifyRequest): Promise<Caller> {
    let refusal: DomainError | undefined;
    for (const name of names) {
      const strategy = this.all().get(name);
      const answer = strategy && (await ask(strategy, name, request));
      if (answer instanceof DomainError) refusal ??= answer;
      else if (answer) return answer;
    }
    throw refusal ?? new AuthenticationRequired(`This needs credentials: ${names.join(' or ')}.`);
  }

  // Asked for before everything is initialised, by whoever checks what handlers ask for.
  private all(): ReadonlyMap<string, Strategy> {
    this.found ??= this.collect();
    return this.found;
  }

  private collect(): ReadonlyMap<string, Strategy> {
    const found = new Map<string, Strategy>();
    for (const wrapper of this.discovery.getProviders()) {
      const name = wrapper.metatype && describedStrategyOf(wrapper.metatype)?.name;
      const strategy = wrapper.instance as Strategy | undefined;
      if (!name || !strategy || found.get(name) === strategy) continue;
      if (!wrapper.isDependencyTreeStatic())
        throw new Error(`${wrapper.name} is made for each request, and a strategy is made once`);
      if (found.has(name))
        throw new Error(
          `${found.get(name)?.constructor.name} and ${wrapper.name} are both the strategy "${name}".\n  → rename one of them`,
        );
      found.set(name, strategy);
    }
    return found;
  }
}

/** What Passport has under a name; undefined where there is nothing. */
export function registeredStrategy(name: string): object | undefined {
  const registry = passport as unknown as { _strategy(name: string): object | undefined };
  return registry._strategy(name);
}

/** What a strategy is given to say how it went (Passport's API for strategies). */
interface Attempt {
  success(user?: unknown): void;
  fail(why?: unknown): void;
  error(error: unknown): void;
  pass(): void;
  redirect(): void;
  authenticate(request: FastifyRequest, options: object): unknown;
}

/**
 * One request to one strategy, as Passport puts it, but for what Passport leaves to chance: a promise that rejects would
 * end the process, a redirect would write to an answer that is not Express's, and a request that is passed on is let in.
 * @returns undefined, or the reason where it is for the client, where the strategy does not know who it is
 */
async function ask(
  strategy: Strategy,
  name: string,
  request: FastifyRequest,
): Promise<Caller | DomainError | undefined> {
  const answer = await new Promise<unknown>((resolve, reject) => {
    // A strategy has one instance for all requests.
    const attempt = Object.create(strategy) as Attempt;
    attempt.success = resolve;
    attempt.fail = (why) => resolve(why instanceof DomainError ? why : undefined);
    attempt.error = reject;
    attempt.pass = () => reject(new TypeError(`the strategy "${name}" passed a request on`));
    attempt.redirect = () => reject(new TypeError(`the strategy "${name}" cannot redirect`));
    const authenticate = async (): Promise<unknown> => attempt.authenticate(request, {});
    authenticate().catch(reject);
  });
  if (!answer) return undefined;
  if (answer instanceof DomainError) return answer;
  return callerIn(answer, name);
}

/** Nothing but what a caller is: only an access token says in which session, and when somebody proved who they are. */
function callerIn(user: unknown, name: string): Caller {
  const { userId, roles, permissions } = (user ?? {}) as Partial<Record<keyof Caller, unknown>>;
  if (!isUuid(userId) || !isListOfWords(roles) || !isListOfWords(permissions))
    throw new TypeError(`the strategy "${name}" knew somebody who is no Caller`);
  return { userId: String(userId), roles, permissions };
}

function isListOfWords(list: unknown): list is readonly string[] {
  return Array.isArray(list) && list.every((word) => typeof word === 'string');
}
