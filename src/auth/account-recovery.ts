import { Injectable } from '@nestjs/common';
import { PasswordsService, RegistrationAttempts } from '../passwords';
import { DomainEvent, EventBus } from '../platform/events';
import { InvalidOrExpiredToken, OneTimeTokens, type TokenPurpose } from '../platform/one-time-tokens';
import { SessionsService } from '../sessions';
import { type User, UsersService } from '../users';

/** The credentials of an account were revoked, because an attacker may have planted them. The cause publishes the security event. */
export class CredentialsRevoked extends DomainEvent {
  /**
   * @param since from when on another person may have controlled the account, which makes suspect what was added to it since; null where
   * there is no sign of another person, as after a forgotten password
   */
  constructor(
    readonly userId: string,
    readonly since: Date | null,
  ) {
    super();
  }
}

/** `CredentialsRevoked.since` where the address was never proven: everything may be another person's. */
export const SINCE_CREATION = new Date(0);

/** `CredentialsRevoked.since` for a proof of the mailbox of a locked user. */
export function suspectSince({ emailVerified }: User): Date | null {
  return emailVerified ? null : SINCE_CREATION;
}

interface Recovery {
  /** See `CredentialsRevoked`. */
  readonly since: Date | null;
  /** Of the new password; null: the account has none until the user sets one by mail. */
  readonly hash: string | null;
}

interface KeptLinks {
  readonly purpose: TokenPurpose;
  readonly details: Readonly<Record<string, string>>;
}

/**
 * Gives an account to the user who proved control of its mailbox. Revokes all credentials that an attacker may have planted before:
 * passwords, sessions, known devices, requested links, and credentials of other modules (`CredentialsRevoked`).
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

  /** To be called in a transaction that has locked the user. */
  async recover(userId: string, { hash, since }: Recovery): Promise<void> {
    await this.revokeCredentials(userId, since);
    await this.users.verifyEmail(userId);
    if (hash !== null) await this.passwords.store(userId, hash);
  }

  /**
   * Revokes the same credentials before control of the mailbox is proven.
   * @param since see `CredentialsRevoked`
   * @param kept links of this purpose and with these details stay valid, because they were sent to the same mailbox for the same purpose
   */
  async revokeCredentials(userId: string, since: Date | null, kept?: KeptLinks): Promise<void> {
    await this.sessions.revokeAllOf(userId);
    await this.users.voidDevices(userId);
    await this.attempts.drop(userId);
    if (kept) await this.tokens.revokeOthers(kept.purpose, { userId, details: kept.details });
    else await this.tokens.revokeAllOf(userId);
    await this.passwords.clear(userId);
    await this.events.publish(new CredentialsRevoked(userId, since));
  }
}

/** The user a link acts for. @throws InvalidOrExpiredToken where the user is deleted or disabled */
export function requireActiveUser(user: User | null): User {
  if (user?.status !== 'active') throw new InvalidOrExpiredToken();
  return user;
}
