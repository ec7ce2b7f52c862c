import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../platform/clock';
import { Database } from '../platform/database';
import { RateLimited, Unavailable } from '../platform/errors';
import { Credential } from './credential.entity';
import { CREDENTIAL_OF_USER, STORE_CREDENTIAL, STORE_CREDENTIALS } from './credential.store';
import { ConfiguredAlgorithm } from './password-algorithm';
import { PasswordHasher } from './password-hasher';
import { PasswordPolicy } from './password-policy';
import type { PasswordOwner } from './password-strength';

export interface NewPassword {
  /** To the password in the request (RFC 6901). */
  readonly pointer: string;
  /** The password must not be made of what is known of its owner. */
  readonly owner: PasswordOwner;
  /** As for `PasswordsService.hash`. */
  readonly account: string;
}

/** Stores and verifies the passwords of users. */
@Injectable()
export class PasswordsService {
  constructor(
    private readonly database: Database,
    private readonly hasher: PasswordHasher,
    private readonly added: ConfiguredAlgorithm,
    private readonly policy: PasswordPolicy,
    private readonly clock: Clock,
  ) {}

  /**
   * Hashes a password. It is slow, so it is called before the transaction that stores the hash.
   *
   * @param account any name that is the same for each request of the account, because accounts share the processor equally
   * @throws RateLimited or Unavailable where the queue is full
   */
  async hash(password: string, account: string | null = null): Promise<string> {
    return this.hasher.hash(password, account);
  }

  /**
   * Hashes a password that a user has chosen, if it follows the policy; otherwise as `hash`.
   * @throws ValidationFailed where it does not, at the pointer
   */
  async hashNew(password: string, { pointer, owner, account }: NewPassword): Promise<string> {
    await this.policy.assertAcceptable(password, pointer, owner);
    return this.hash(password, account);
  }

  /** @param hash from `hash` or `hashNew` */
  async store(userId: string, hash: string): Promise<void> {
    await this.database.query(STORE_CREDENTIAL, [userId, hash, this.clock.now()]);
  }

  /**
   * @param hashes by user id, each without a `problemOfForeignHash`
   * @throws Error where hashes of bcrypt are no longer accepted
   */
  async storeAll(hashes: ReadonlyMap<string, string>): Promise<void> {
    if (!this.added.acceptsBcrypt)
      throw new Error('Hashes of bcrypt are not accepted, because a module hashes passwords without bcrypt');
    await this.database.query(STORE_CREDENTIALS, [
      [...hashes.keys()],
      [...hashes.values()],
      this.clock.now(),
    ]);
  }

  async clear(userId: string): Promise<void> {
    await this.database.repository(Credential).delete({ userId });
  }

  /**
   * Whether this is the password of the user. Replaces a hash below the current settings.
   * @param userId null for an unknown user, which takes the same query and the same work and returns false
   * @param signsIn whether a correct password signs the user in; otherwise the hash is not replaced, so it takes no longer than a wrong one
   * @param account as for `hash`; by default the user
   * @throws RateLimited or Unavailable where the queue is full
   */
  async verify(
    userId: string | null,
    password: string,
    { signsIn, account = userId }: { readonly signsIn: boolean; readonly account?: string | null },
  ): Promise<boolean> {
    const [credential] = await this.database.query<Credential | { hash: null }>(CREDENTIAL_OF_USER, [
      userId ?? uuidv7(),
    ]);
    const { matches, outdated } = await this.hasher.check(password, credential?.hash ?? null, account);
    if (signsIn && outdated && credential?.hash) await this.replace(credential, password);
    return matches;
  }

  /** Replaces a hash unless the password changed meanwhile or the queue is full; the next sign-in tries again. */
  private async replace({ userId, hash: old }: Credential, password: string): Promise<void> {
    try {
      const hash = await this.hasher.hash(password, userId);
      await this.database.repository(Credential).update({ userId, hash: old }, { hash });
    } catch (error) {
      if (!(error instanceof Unavailable || error instanceof RateLimited)) throw error;
    }
  }
}
