import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type DocumentedErrorClass, DomainError } from '../../platform/errors';
import { EventBus } from '../../platform/events';
import {
  type DecoratorTarget,
  type Extension,
  extensionDecorator,
  Extensions,
  setDecoratorMetadata,
} from '../../platform/extensions';
import type { ClientInfo } from '../../platform/http';
import { SignInFailed } from '../auth.events';

/** A login whose credentials were correct and that has no session yet. */
export interface LoginContext {
  readonly userId: string;
  readonly email: string;
  readonly roles: readonly string[];
  /** How the user has authenticated so far (RFC 8176): `pwd` alone for a login by password. */
  readonly methods: readonly string[];
  readonly client: ClientInfo;
}

/** A login before its password is checked. No member depends on whether the account exists. */
export interface LoginAttempt {
  /** In its normal form. */
  readonly email: string;
  readonly client: ClientInfo;
}

/**
 * A policy for logins. Each method runs outside a transaction and is awaited. A thrown `DomainError` becomes the response, any other error
 * a 500; neither opens a session.
 */
export interface LoginCheckProvider {
  /**
   * Called for every attempt, also for unknown addresses, so that a refusal reveals nothing about the password. It must take the same time
   * for every address, because the time would reveal which accounts exist.
   */
  beforePasswordCheck?(attempt: LoginAttempt): Promise<void>;
  /** Called after a failed login, also for unknown addresses. It must take the same time for every address, too. */
  onLoginFailure?(attempt: LoginAttempt): Promise<void>;
  /** Called after correct credentials, so only a client that has them sees the error. Called again after a second step. */
  check?(login: LoginContext): Promise<void>;
}

const METHODS = ['beforePasswordCheck', 'onLoginFailure', 'check'] as const;

export interface LoginCheckOptions {
  /** Checks run in ascending order until the first one throws. */
  readonly order: number;
  /** The errors that it throws, for the OpenAPI document. */
  readonly problems?: readonly DocumentedErrorClass[];
}

/** Adds a `LoginCheckProvider` to every login. */
export const LoginCheck = extensionDecorator<LoginCheckOptions>();

/** Runs all login checks in their order. */
@Injectable()
export class LoginChecks implements OnModuleInit {
  private all: readonly Extension<LoginCheckOptions, LoginCheckProvider>[] = [];

  constructor(
    private readonly extensions: Extensions,
    private readonly events: EventBus,
  ) {}

  /** @throws Error for a check without a method */
  onModuleInit(): void {
    const checks = this.extensions.of<LoginCheckProvider, LoginCheckOptions>(LoginCheck);
    this.all = checks.toSorted((a, b) => a.options.order - b.options.order);
    const idle = this.all.find(({ provider }) => METHODS.every((method) => !provider[method]));
    if (idle)
      throw new Error(`${idle.name} is a @LoginCheck() without a method.\n  → add ${METHODS.join(', or ')}`);
  }

  /** @throws the error of the first check that refuses */
  async beforePasswordCheck(attempt: LoginAttempt): Promise<void> {
    await this.each(null, async (provider) => provider.beforePasswordCheck?.(attempt));
  }

  /** @param userId null for an address without an account */
  async onLoginFailure(attempt: LoginAttempt, userId: string | null): Promise<void> {
    await this.events.publish(new SignInFailed({ actorId: null, subjectId: userId }));
    for (const { provider } of this.all) await provider.onLoginFailure?.(attempt);
  }

  /** @throws the error of the first check that refuses */
  async check(login: LoginContext): Promise<void> {
    await this.each(login.userId, async (provider) => provider.check?.(login));
  }

  private async each(
    userId: string | null,
    ask: (provider: LoginCheckProvider) => Promise<void>,
  ): Promise<void> {
    for (const { name, provider } of this.all) {
      try {
        await ask(provider);
      } catch (error) {
        await this.record(userId, name, error);
        throw error;
      }
    }
  }

  private async record(userId: string | null, check: string, error: unknown): Promise<void> {
    const code = error instanceof DomainError ? error.code : 'internal-error';
    await this.events.publish(
      new SignInFailed({ actorId: null, subjectId: userId, details: { check, code } }),
    );
  }
}

const RUNS_LOGIN_CHECKS = Symbol('runs login checks');

/** Documents a handler that signs users in with the errors of all login checks. */
export function RunsLoginChecks(): MethodDecorator {
  return (...place: DecoratorTarget): void =>
    setDecoratorMetadata('@RunsLoginChecks()', RUNS_LOGIN_CHECKS, true, place);
}

export function runsLoginChecks(handler: object): boolean {
  return Reflect.getMetadata(RUNS_LOGIN_CHECKS, handler) === true;
}

/** The errors that the login checks among these providers throw. */
export function problemsOfLoginChecks(providers: readonly object[]): readonly DocumentedErrorClass[] {
  const options = providers.map(
    (provider) => Reflect.getMetadata(LoginCheck.KEY, provider) as LoginCheckOptions | undefined,
  );
  return options.flatMap((option) => option?.problems ?? []);
}
