import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type DocumentedErrorClass, DomainError } from '../../platform/errors';
import { EventBus } from '../../platform/events';
import { type Extension, extensionDecorator, Extensions } from '../../platform/extensions';
import type { ClientInfo } from '../../platform/http';
import { SignInFailed } from '../auth.events';

/** A sign-in whose password was right, and that has not opened a session yet. */
export interface LoginContext {
  readonly userId: string;
  readonly email: string;
  readonly roles: readonly string[];
  readonly client: ClientInfo;
}

/** A sign-in before its password is checked: nothing in it depends on whether the account exists. */
export interface LoginAttempt {
  /** In its normal form. */
  readonly email: string;
  readonly client: ClientInfo;
}

/**
 * A policy for sign-ins. Each method is called in no transaction and waited for. A `DomainError` that it throws is the answer; any other
 * error is a 500, and opens no session either.
 */
export interface LoginCheckProvider {
  /**
   * Called for every attempt, for unknown addresses too, so that a refusal says nothing about the password. It must take the same time for
   * every address, or the time tells which accounts exist.
   */
  beforePasswordCheck?(attempt: LoginAttempt): Promise<void>;
  /** Called after a wrong password, and for an address without an account that may sign in; the same rule of time holds. */
  onLoginFailure?(attempt: LoginAttempt): Promise<void>;
  /** Called when address and password are right: only a caller who knows both sees what it throws. */
  check?(login: LoginContext): Promise<void>;
}

const METHODS = ['beforePasswordCheck', 'onLoginFailure', 'check'] as const;

export interface LoginCheckOptions {
  /** The lowest is asked first; the first that throws ends it. */
  readonly order: number;
  /** What it throws, for the OpenAPI document. */
  readonly problems?: readonly DocumentedErrorClass[];
}

/** Makes a provider, a `LoginCheckProvider`, part of every sign-in. */
export const LoginCheck = extensionDecorator<LoginCheckOptions>();

/** All of them, in their order. */
@Injectable()
export class LoginChecks implements OnModuleInit {
  private all: readonly Extension<LoginCheckOptions, LoginCheckProvider>[] = [];

  constructor(
    private readonly extensions: Extensions,
    private readonly events: EventBus,
  ) {}

  /** @throws Error where one would not be called */
  onModuleInit(): void {
    const checks = this.extensions.of<LoginCheckProvider, LoginCheckOptions>(LoginCheck);
    this.all = checks.toSorted((a, b) => a.options.order - b.options.order);
    const idle = this.all.find(({ provider }) => METHODS.every((method) => !provider[method]));
    if (idle)
      throw new Error(`${idle.name} is a @LoginCheck() without a method.\n  → add ${METHODS.join(', or ')}`);
  }

  /** @throws what the first check throws that refuses */
  async beforePasswordCheck(attempt: LoginAttempt): Promise<void> {
    await this.each(null, async (provider) => provider.beforePasswordCheck?.(attempt));
  }

  /** @param userId null for an address without an account */
  async onLoginFailure(attempt: LoginAttempt, userId: string | null): Promise<void> {
    await this.events.publish(new SignInFailed({ actorId: null, subjectId: userId }));
    for (const { provider } of this.all) await provider.onLoginFailure?.(attempt);
  }

  /** @throws what the first check throws that refuses */
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

/** What a sign-in may be refused with because of these providers. */
export function problemsOfLoginChecks(providers: readonly object[]): readonly DocumentedErrorClass[] {
  const options = providers.map(
    (provider) => Reflect.getMetadata(LoginCheck.KEY, provider) as LoginCheckOptions | undefined,
  );
  return options.flatMap((option) => option?.problems ?? []);
}
