import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../platform/clock';
import { Database } from '../platform/database';
import { RateLimited, Unavailable } from '../platform/errors';
import { Credential } from './credential.entity';
import { CREDENTIAL_OF_USER, STORE_CREDENTIAL, STORE_CREDENTIALS } from './credential.store';
import { ConfiguredAlgorithm } from './password-algorithm';
import { PasswordHasher } from './password-hasher';

/** The passwords of the users. */
@Injectable()
export class PasswordsService {
  constructor(
    private readonly database: Database,
    private readonly hasher: PasswordHasher,
    private readonly added: ConfiguredAlgorithm,
    private readonly clock: Clock,
  ) {}

  /**
   * The slow half of setting a password, to be done before the transaction that stores it.
   *
   * @param account whose it is, by any name that is the same for each of its requests: accounts share the processor equally
   * @throws RateLimited or Unavailable where too much waits already
   */
  async hash(password: string, account: string | null = null): Promise<string> {
    return this.hasher.hash(password, account);
  }

  /** @param hash as `hash` made it */
  async store(userId: string, hash: string): Promise<void> {
    await this.database.query(STORE_CREDENTIAL, [userId, hash, this.clock.now()]);
  }

  /**
   * @param hashes as `problemOfForeignHash` finds nothing wrong with, by user id
   * @throws Error where no hash of bcrypt is understood any more
   */
  async storeAll(hashes: ReadonlyMap<string, string>): Promise<void> {
    if (!this.added.acceptsBcrypt)
      throw new Error('a module hashes passwords alone, so nobody could sign in with a hash of bcrypt');
    await this.database.query(STORE_CREDENTIALS, [
      [...hashes.keys()],
      [...hashes.values()],
      this.clock.now(),
    ]);
  }

  /** The user has no password any more, until they set one. */
  async clear(userId: string): Promise<void> {
    await this.database.repository(Credential).delete({ userId });
  }

  /**
   * Whether this is the user's password. A hash below today's settings is replaced on the way.
   * @param userId null for somebody who does not exist: the same query and the same work, and false
   * @param signsIn whether they are let in with it: the right password of those who are not takes no longer than a wrong one
   * @param account as for `hash`; by default the user
   * @throws RateLimited or Unavailable where too much waits already
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

  /** Only where nobody changed the password meanwhile, and where there is room: the next sign-in can do it as well. */
  private async replace({ userId, hash: old }: Credential, password: string): Promise<void> {
    try {
      const hash = await this.hasher.hash(password, userId);
      await this.database.repository(Credential).update({ userId, hash: old }, { hash });
    } catch (error) {
      if (!(error instanceof Unavailable || error instanceof RateLimited)) throw error;
    }
  }
}
