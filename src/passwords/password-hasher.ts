import { createHmac } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Keyring, type KeyringKey } from '../platform/keyring';
import { BcryptPool, type BcryptComparison } from './bcrypt-pool';
import { normalisePassword } from './password';
import { ConfiguredAlgorithm, type PasswordAlgorithm } from './password-algorithm';
import { PasswordSettings } from './password.settings';
import { decoyHash, formatHash, keyedPartOf, parseHash, type StoredHash, topUpCosts } from './stored-hash';

/** The purpose of the key in the keyring. */
export const KEY_PURPOSE = 'passwords';

const BCRYPT_LIMIT_BYTES = 72;

export interface PasswordCheckResult {
  readonly matches: boolean;
  /** Whether the hash is below the current settings and can be replaced without changing which passwords match. */
  readonly outdated: boolean;
}

/**
 * Hashes passwords by bcrypt over an HMAC-SHA-256 of the whole password under a key of the application. So bytes after the 72nd and NUL
 * count, and the table without the key cannot be attacked offline. Plain bcrypt hashes of an older system are accepted, too. A module may
 * provide another algorithm (`@PasswordHashing`).
 */
@Injectable()
export class PasswordHasher implements OnModuleInit {
  private key: KeyringKey;

  constructor(
    private readonly pool: BcryptPool,
    private readonly keyring: Keyring,
    private readonly settings: PasswordSettings,
    private readonly added: ConfiguredAlgorithm,
  ) {}

  async onModuleInit(): Promise<void> {
    this.key = await this.keyring.secretFor(KEY_PURPOSE);
  }

  /**
   * @param account as for `BcryptPool`
   * @returns a hash of the current format and cost
   */
  async hash(password: string, account: string | null = null): Promise<string> {
    const digest = this.digest(normalisePassword(password));
    const hash = await (this.added.current?.hash(digest) ??
      this.pool.hash(digest, this.settings.cost, account));
    return formatHash(hash, this.key.id);
  }

  /**
   * Checks a password. The duration depends on the password and the current cost only, not on whether a hash exists, its format, or whether
   * it matches.
   *
   * @param hash as stored; null for an unknown account
   * @param account as for `BcryptPool`
   */
  async check(
    password: string,
    hash: string | null,
    account: string | null = null,
  ): Promise<PasswordCheckResult> {
    const added = this.added.current;
    if (!added) return this.checkBcrypt(password, hash, account);
    const own = this.hashOf(added, hash);
    // Both checks run for every account, because the duration must not reveal the algorithm of a hash.
    const matches = await added.check(this.digest(normalisePassword(password)), own);
    const ofAdded = verdictOf(own !== null && matches, own !== null && added.isOutdated(own));
    if (!this.added.acceptsBcrypt) return ofAdded;
    const former = await this.checkBcrypt(password, own === null ? hash : null, account);
    if (own !== null) return ofAdded;
    // A keyed bcrypt hash covers the whole password, so replacing it does not change which passwords match.
    const isKeyed = hash !== null && keyedPartOf(hash, this.key.id) !== undefined;
    return verdictOf(former.matches, former.outdated || isKeyed);
  }

  /** The part of a stored hash that the algorithm of a module made; null for bcrypt and unknown formats. */
  private hashOf(added: PasswordAlgorithm, hash: string | null): string | null {
    const keyed = hash === null || parseHash(hash) ? undefined : keyedPartOf(hash, this.key.id);
    return keyed !== undefined && added.understands(keyed) ? keyed : null;
  }

  private async checkBcrypt(
    password: string,
    hash: string | null,
    account: string | null,
  ): Promise<PasswordCheckResult> {
    const stored = hash === null ? undefined : parseHash(hash);
    const attempts = this.attemptsFor(password, stored);
    const decoys = attempts.flatMap(({ text }) => this.topUp(text, stored));
    const matches = (await this.pool.compare(attempts, decoys, account)).some((match) => match);
    return verdictOf(matches, stored !== undefined && this.isOutdated(password, stored));
  }

  /** A plain hash is compared with the password as received and in NFC, so every other account gets two comparisons as well. */
  private attemptsFor(password: string, stored: StoredHash | undefined): BcryptComparison[] {
    const normal = normalisePassword(password);
    const forms = normal === password ? [normal] : [password, normal];
    if (stored && stored.keyId === undefined) return forms.map((text) => ({ text, hash: stored.bcrypt }));
    const known = stored?.keyId === this.key.id ? stored.bcrypt : undefined;
    const decoy = decoyHash(stored?.cost ?? this.settings.cost);
    return forms.map((form) => ({
      text: this.digest(form),
      hash: form === normal ? (known ?? decoy) : decoy,
    }));
  }

  private topUp(text: string, stored: StoredHash | undefined): BcryptComparison[] {
    const costs = topUpCosts(stored?.cost ?? this.settings.cost, this.settings.cost);
    return costs.map((cost) => ({ text, hash: decoyHash(cost) }));
  }

  private isOutdated(password: string, stored: StoredHash): boolean {
    if (stored.keyId !== undefined) return stored.cost < this.settings.cost;
    // Plain bcrypt reads 72 bytes and often stops at NUL, so a hash of the whole password would be stricter.
    return Buffer.byteLength(password) <= BCRYPT_LIMIT_BYTES && !password.includes('\0');
  }

  private digest(password: string): string {
    return createHmac('sha256', this.key.material).update(password, 'utf8').digest('base64');
  }
}

function verdictOf(matches: boolean, isOutdated: boolean): PasswordCheckResult {
  return { matches, outdated: matches && isOutdated };
}
