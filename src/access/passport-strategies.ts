import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import passport, { type Strategy } from 'passport';
import type { FastifyRequest } from 'fastify';
import { validate as isUuid } from 'uuid';
import { DomainError } from '../platform/errors';
import { AuthenticationRequired } from '../platform/http';
import { describedStrategyOf } from './authenticated-by';
import type { Caller } from './principal';

/** The strategies of this application's modules. Passport's own registry holds those of every application in the process. */
@Injectable()
export class PassportStrategies implements OnModuleInit {
  private found: ReadonlyMap<string, Strategy> | undefined;

  constructor(private readonly discovery: DiscoveryService) {}

  /** @throws Error where two strategies have one name, since one would authenticate for the routes of the other */
  onModuleInit(): void {
    this.has('');
  }

  has(name: string): boolean {
    return this.all().has(name);
  }

  /**
   * Authenticates a request by the first strategy that accepts its credentials.
   * @throws AuthenticationRequired where none does, or the error of a strategy
   */
  async authenticate(names: readonly string[], request: FastifyRequest): Promise<Caller> {
    let refusal: DomainError | undefined;
    for (const name of names) {
      const strategy = this.all().get(name);
      const answer = strategy && (await ask(strategy, name, request));
      if (answer instanceof DomainError) refusal ??= answer;
      else if (answer) return answer;
    }
    throw refusal ?? new AuthenticationRequired(`This request requires credentials: ${names.join(' or ')}.`);
  }

  // Collected on first use, because the validation of route policies may run before onModuleInit of this provider.
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
        throw new Error(
          `${wrapper.name} is request-scoped, and a strategy must be a singleton.\n  → remove the scope`,
        );
      if (found.has(name))
        throw new Error(
          `${found.get(name)?.constructor.name} and ${wrapper.name} are both the strategy "${name}".\n  → rename one of them`,
        );
      found.set(name, strategy);
    }
    return found;
  }
}

/** The strategy that is registered with Passport under a name. */
export function registeredStrategy(name: string): object | undefined {
  const registry = passport as unknown as { _strategy(name: string): object | undefined };
  return registry._strategy(name);
}

/** The methods by which a strategy reports its result (Passport's API for strategies). */
interface Attempt {
  success(user?: unknown): void;
  fail(why?: unknown): void;
  error(error: unknown): void;
  pass(): void;
  redirect(): void;
  authenticate(request: FastifyRequest, options: object): unknown;
}

/**
 * Runs one strategy for one request as Passport does, and handles three cases that Passport does not: a rejected promise would end the
 * process, a redirect would write to a reply that is not Express's, and `pass()` would admit the request.
 * @returns the caller; a `DomainError` or undefined where the strategy refuses the credentials
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
    attempt.pass = () =>
      reject(new TypeError(`the strategy "${name}" called pass(), which is not supported`));
    attempt.redirect = () =>
      reject(new TypeError(`the strategy "${name}" called redirect(), which is not supported`));
    const authenticate = async (): Promise<unknown> => attempt.authenticate(request, {});
    authenticate().catch(reject);
  });
  if (!answer) return undefined;
  if (answer instanceof DomainError) return answer;
  return callerIn(answer, name);
}

/** Copies only the members of `Caller`: session and authentication time are stated by access tokens alone. */
function callerIn(user: unknown, name: string): Caller {
  const { userId, roles, permissions } = (user ?? {}) as Partial<Record<keyof Caller, unknown>>;
  if (!isUuid(userId) || !isListOfWords(roles) || !isListOfWords(permissions))
    throw new TypeError(`the strategy "${name}" returned an invalid principal`);
  return { userId: String(userId), roles, permissions };
}

function isListOfWords(list: unknown): list is readonly string[] {
  return Array.isArray(list) && list.every((word) => typeof word === 'string');
}
