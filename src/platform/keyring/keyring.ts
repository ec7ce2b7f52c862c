import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { In, Not, type Repository } from 'typeorm';
import { Clock } from '../clock';
import { Database } from '../database';
import type { KeyringKey, KeyRequest, KeyringSummary } from './key';
import { KeyWrap } from './key-wrap';
import { KeyDamaged, KeyringLocked } from './keyring.errors';
import { KeyringSettings } from './keyring.settings';
import { StoredKey } from './stored-key.entity';

/**
 * The random keys for signatures, hashes and encryption, each wrapped under AUTH_SECRET in one table. So the database
 * alone decrypts nothing, and the secret alone forges nothing.
 */
@Injectable()
export class Keyring {
  /** Derived from AUTH_SECRET; it wraps every new key. */
  private readonly wrap: KeyWrap;
  /** Derived from AUTH_SECRET and the retired secrets, by `wrapped_by`. */
  private readonly wraps: ReadonlyMap<string, KeyWrap>;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    { secret, retired }: KeyringSettings,
  ) {
    this.wrap = new KeyWrap(secret);
    const all = [this.wrap, ...retired.map((former) => new KeyWrap(former))];
    this.wraps = new Map(all.map((wrap) => [wrap.id, wrap]));
  }

  /**
   * Returns the keys of a purpose, newest first; where they do not suffice, creates and stores one first.
   * @throws KeyringLocked where one is wrapped under a secret that this instance does not have
   */
  async keysFor(request: KeyRequest): Promise<KeyringKey[]> {
    const { purpose, algorithm, make } = request;
    const { isSufficient = (keys) => keys.some((key) => key.algorithm === algorithm) } = request;
    const found = await this.list(purpose);
    if (isSufficient(found)) return found;
    // Before the lock: generating an RSA key can take longer than the timeout of the other instances.
    const fresh = await make();
    return this.withLock(async () => {
      const keys = await this.list(purpose);
      if (isSufficient(keys)) return keys;
      return [await this.add({ ...fresh, algorithm, createdAt: this.clock.now() }, purpose), ...keys];
    });
  }

  /**
   * Returns the keys of a purpose, newest first.
   * @throws KeyUnreadable where one of them cannot be unwrapped
   */
  async list(purpose: string): Promise<KeyringKey[]> {
    return (await this.rowsOf(purpose)).map((row) => this.opened(row));
  }

  /** Like `list`, with only the id of a key that cannot be unwrapped. */
  async listReadable(purpose: string): Promise<(KeyringKey | Pick<KeyringKey, 'id'>)[]> {
    return (await this.rowsOf(purpose)).map((row) =>
      this.opensRow(row) ? this.opened(row) : { id: row.id },
    );
  }

  /** Changes the purpose of a key and the material that is kept for it. */
  async repurpose({ id, algorithm }: KeyringKey, purpose: string, material: Buffer): Promise<void> {
    const wrapped = this.wrapped({ id, purpose, algorithm }, material);
    await this.withLock(async () => this.rows.update(id, { purpose, ...wrapped }));
  }

  /** @returns whether the key existed */
  async destroy(id: string, purposes: readonly string[]): Promise<boolean> {
    const { affected } = await this.withLock(async () =>
      this.rows.delete({ id, purpose: In([...purposes]) }),
    );
    return affected === 1;
  }

  /** The 256-bit secret of a purpose. */
  async secretFor(purpose: string): Promise<KeyringKey> {
    const [newest] = await this.keysFor({
      purpose,
      algorithm: 'HS256',
      make: () => ({ id: randomBytes(6).toString('base64url'), material: randomBytes(32) }),
    });
    if (!newest) throw new Error(`the keyring made no key for ${purpose}`);
    return newest;
  }

  /**
   * Rewraps under AUTH_SECRET all keys that are wrapped under a retired secret, or none. The keys do not change.
   * @returns the number of rewrapped keys
   * @throws KeyringLocked where one is wrapped under a secret that this instance does not have
   */
  async rewrap(): Promise<number> {
    return this.withLock(async () => {
      const rows = await this.rows.find({ where: { wrappedBy: Not(this.wrap.id) }, order: { id: 'ASC' } });
      for (const row of rows) await this.rows.update(row.id, this.wrapped(row, this.unwrap(row)));
      return rows.length;
    });
  }

  /**
   * Whether the database has keys and the configured secrets match all of them. Throws where the server is read-only: the
   * statement contains a write that changes no row, which PostgreSQL refuses nevertheless.
   */
  async canUnwrapAll(): Promise<boolean> {
    const statement = {
      text: `WITH nothing AS (DELETE FROM keys WHERE false)
        SELECT bool_and(wrapped_by = ANY($1)) AS opens FROM keys`,
    };
    const [row] = await this.database.query<{ opens: boolean | null }>(statement, [[...this.wraps.keys()]]);
    return row?.opens === true;
  }

  /** @throws KeyringLocked where a key of any purpose is wrapped under a secret that this instance does not have */
  async assertNoneLocked(): Promise<void> {
    if (await this.rows.existsBy({ wrappedBy: Not(In([...this.wraps.keys()])) })) throw new KeyringLocked();
  }

  /** Counts the keys by secret; unwraps each one to detect alterations. */
  async summarize(): Promise<KeyringSummary> {
    const rows = await this.rows.find({ order: { id: 'ASC' } });
    const known = rows.filter(({ wrappedBy }) => this.wraps.has(wrappedBy));
    const isCurrent = ({ wrappedBy }: StoredKey) => wrappedBy === this.wrap.id;
    const damaged = known.filter((row) => !this.opensRow(row));
    const sound = known.filter((row) => !damaged.includes(row));
    return {
      current: sound.filter(isCurrent).length,
      retired: sound.filter((row) => !isCurrent(row)).length,
      locked: rows.length - known.length,
      damaged: damaged.map(({ id }) => id),
    };
  }

  /** In one transaction, one instance at a time: instances that start together must have the same keys, under one secret. */
  async withLock<T>(work: () => Promise<T>): Promise<T> {
    return this.database.transaction(async () => {
      await this.database.query({ text: `SELECT pg_advisory_xact_lock(hashtext('keyring'))` });
      return work();
    });
  }

  private async rowsOf(purpose: string): Promise<StoredKey[]> {
    return this.rows.find({ where: { purpose }, order: { createdAt: 'DESC', id: 'ASC' } });
  }

  private opened(row: StoredKey): KeyringKey {
    const { id, algorithm, createdAt } = row;
    return { id, algorithm, createdAt, material: this.unwrap(row) };
  }

  private get rows(): Repository<StoredKey> {
    return this.database.repository(StoredKey);
  }

  private async add(key: KeyringKey, purpose: string): Promise<KeyringKey> {
    const { id, algorithm, createdAt } = key;
    const row = { id, purpose, algorithm };
    await this.rows.insert({ ...row, ...this.wrapped(row, key.material), createdAt });
    return key;
  }

  private wrapped(row: KeyContext, material: Buffer): Pick<StoredKey, 'wrapped' | 'wrappedBy'> {
    return { wrapped: this.wrap.wrap(material, contextOf(row)), wrappedBy: this.wrap.id };
  }

  private opensRow(row: StoredKey): boolean {
    try {
      return this.unwrap(row).length > 0;
    } catch {
      return false;
    }
  }

  private unwrap(row: StoredKey): Buffer {
    const wrap = this.wraps.get(row.wrappedBy);
    if (!wrap) throw new KeyringLocked();
    try {
      return wrap.unwrap(row.wrapped, contextOf(row));
    } catch (cause) {
      throw new KeyDamaged(row, { cause });
    }
  }
}

type KeyContext = Pick<StoredKey, 'id' | 'purpose' | 'algorithm'>;

function contextOf({ id, purpose, algorithm }: KeyContext): string {
  return `${purpose}/${algorithm}/${id}`;
}
