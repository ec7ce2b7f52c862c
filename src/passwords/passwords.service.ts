import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../platform/clock';
import { Database } from '../platform/database';
import { Unavailable, ValidationFailed } from '../platform/errors';
import { Credential } from './credential.entity';
import { lengthOf } from './password';
import { PasswordHasher } from './password-hasher';
import { PasswordSettings } from './password.settings';

/** The only room that sees a password or a hash. */
@Injectable()
export class PasswordsService {
  constructor(
    private readonly database: Database,
    private readonly hasher: PasswordHasher,
    private readonly settings: PasswordSettings,
    private readonly clock: Clock,
  ) {}

  /**
   * Holds a new password to the policy.
   * @param pointer where it stands in the request, for the problem
   * @throws ValidationFailed
   */
  assertAcceptable(password: string, pointer: string): void {
    const { minLength, maxLength } = this.settings;
    const length = lengthOf(password);
    if (length >= minLength && length <= maxLength) return;
    const code = length < minLength ? 'password-too-short' : 'password-too-long';
    throw new ValidationFailed([
      { pointer, code, detail: `A password has ${minLength} to ${maxLength} characters.` },
    ]);
  }

  /** The slow half of setting a password, to be done before the transaction that stores it. */
  async hash(password: string): Promise<string> {
    return this.hasher.hash(password);
  }

  /** @param hash as `hash` made it */
  async store(userId: string, hash: string): Promise<void> {
    await this.database
      .repository(Credential)
      .upsert({ userId, hash, changedAt: this.clock.now() }, ['userId']);
  }

  /**
   * Whether this is the user's password. A hash below today's settings is replaced on the way.
   * @param userId null for somebody who does not exist: the same query and the same work, and false
   * @param signsIn whether they are let in with it: the right password of those who are not takes no longer than a wrong one
   */
  async verify(userId: string | null, password: string, { signsIn }: { signsIn: boolean }): Promise<boolean> {
    const credentials = this.database.repository(Credential);
    const credential = await credentials.findOneBy({ userId: userId ?? uuidv7() });
    const { matches, outdated } = await this.hasher.check(password, credential?.hash ?? null);
    if (signsIn && outdated && credential) await this.replace(credential, password);
    return matches;
  }

  /** Only where nobody changed the password meanwhile, and where there is room: the next sign-in can do it as well. */
  private async replace({ userId, hash: old }: Credential, password: string): Promise<void> {
    try {
      const hash = await this.hasher.hash(password);
      await this.database.repository(Credential).update({ userId, hash: old }, { hash });
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
    }
  }
}
