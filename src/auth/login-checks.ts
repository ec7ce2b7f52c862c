import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type DocumentedErrorClass, DomainError } from '../platform/errors';
import { Events } from '../platform/events';
import { type Extension, extensionDecorator, Extensions } from '../platform/extensions';
import type { ClientInfo } from '../platform/http';
import { SignInFailed } from './auth.events';

/** A sign-in whose password was right, and that has not opened a session yet. */
export interface ProvenLogin {
  readonly userId: string;
  readonly email: string;
  readonly roles: readonly string[];
  readonly client: ClientInfo;
}

/** Has a say in who gets a session. */
export interface LoginCheckProvider {
  /**
   * Called in no transaction, when address and password were right: what it throws is told to somebody who knows both, and to
   * nobody else. A `DomainError` is the answer; anything else is a 500, and no session either.
   */
  check(login: ProvenLogin): Promise<void>;
}

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
  constructor(
    private readonly extensions: Extensions,
    private readonly events: Events,
  ) {}

  /** @throws Error where one would not be asked */
  onModuleInit(): void {
    this.all();
  }

  /** @throws what the first one throws that refuses */
  async pass(login: ProvenLogin): Promise<void> {
    for (const { name, provider } of this.all()) {
      try {
        await provider.check(login);
      } catch (error) {
        await this.note(login, name, error);
        throw error;
      }
    }
  }

  private all(): readonly Extension<LoginCheckOptions, LoginCheckProvider>[] {
    const checks = this.extensions.of<LoginCheckProvider, LoginCheckOptions>(LoginCheck);
    return checks.toSorted((a, b) => a.options.order - b.options.order);
  }

  private async note({ userId }: ProvenLogin, check: string, error: unknown): Promise<void> {
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
