import { Injectable } from '@nestjs/common';
import { DomainError } from '../platform/errors';
import { Events } from '../platform/events';
import { Extensions, extensionDecorator } from '../platform/extensions';
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
}

/** Makes a provider, a `LoginCheckProvider`, part of every sign-in. */
export const LoginCheck = extensionDecorator<LoginCheckOptions>();

/** All of them, in their order. */
@Injectable()
export class LoginChecks {
  constructor(
    private readonly extensions: Extensions,
    private readonly events: Events,
  ) {}

  /** @throws what the first one throws that refuses */
  async pass(login: ProvenLogin): Promise<void> {
    const checks = this.extensions.of<LoginCheckProvider, LoginCheckOptions>(LoginCheck);
    for (const { name, provider } of checks.toSorted((a, b) => a.options.order - b.options.order)) {
      try {
        await provider.check(login);
      } catch (error) {
        await this.note(login, name, error);
        throw error;
      }
    }
  }

  private async note({ userId }: ProvenLogin, check: string, error: unknown): Promise<void> {
    const code = error instanceof DomainError ? error.code : 'internal-error';
    await this.events.publish(
      new SignInFailed({ actorId: null, subjectId: userId, details: { check, code } }),
    );
  }
}
