import { Injectable } from '@nestjs/common';
import { PasswordsService, RegistrationAttempts } from '../passwords';
import { DomainEvent, EventBus } from '../platform/events';
import { InvalidOrExpiredToken, OneTimeTokens, type TokenPurpose } from '../platform/one-time-tokens';
import { SessionsService } from '../sessions';
import { type User, UsersService } from '../users';

/** Whatever opened an account until now is void, because somebody else may have planted it. Not a security event: what led to it is. */
export class CredentialsRevoked extends DomainEvent {
  constructor(readonly userId: string) {
    super();
  }
}

interface KeptLinks {
  readonly purpose: TokenPurpose;
  readonly details: Readonly<Record<string, string>>;
}

/**
 * An account goes to whoever proved its mailbox. Whatever anybody else may have planted before is void: passwords,
 * sessions, the devices that count as known, links that were asked for, and what modules let people in by (`CredentialsRevoked`).
 */
@Injectable()
export class AccountRecovery {
  constructor(
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
    private readonly passwords: PasswordsService,
    private readonly attempts: RegistrationAttempts,
    private readonly tokens: OneTimeTokens,
    private readonly events: EventBus,
  ) {}

  /**
   * In a transaction that has locked the user.
   * @param hash of the password from now on; null: none, until a mail sets one
   */
  async recover(userId: string, hash: string | null): Promise<void> {
    await this.revokeCredentials(userId);
    await this.users.verifyEmail(userId);
    if (hash !== null) await this.passwords.store(userId, hash);
  }

  /**
   * The same before the mailbox is proven, to leave nothing to whoever came first.
   * @param kept links of this purpose and with these details go on working: they were sent to the mailbox for the same as one to come
   */
  async revokeCredentials(userId: string, kept?: KeptLinks): Promise<void> {
    await this.sessions.revokeAllOf(userId);
    await this.users.voidDevices(userId);
    await this.attempts.drop(userId);
    if (kept) await this.tokens.revokeOthers(kept.purpose, { userId, details: kept.details });
    else await this.tokens.revokeAllOf(userId);
    await this.passwords.clear(userId);
    await this.events.publish(new CredentialsRevoked(userId));
  }
}

/** Whom a link may act for. @throws InvalidOrExpiredToken where they are gone or disabled, as for any link that is worth nothing */
export function requireActiveUser(user: User | null): User {
  if (user?.status !== 'active') throw new InvalidOrExpiredToken();
  return user;
}
