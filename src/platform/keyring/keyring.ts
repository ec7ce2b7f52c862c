import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../clock';
import { Database } from '../database';
import { KeyWrap } from './key-wrap';
import { KeyringSettings } from './keyring.settings';
import { StoredKey } from './stored-key.entity';

/** A key as its owner uses it. */
export interface Key {
  readonly id: string;
  readonly algorithm: string;
  readonly material: Buffer;
}

/** What an owner asks of the keyring: the keys of one purpose, and how to make one where none fits. */
export interface KeyRequest {
  readonly purpose: string;
  readonly algorithm: string;
  readonly make: () => Omit<Key, 'algorithm'>;
}

/** The keys in the database were wrapped under another AUTH_SECRET. */
export class KeyringLocked extends Error {
  override readonly name = 'KeyringLocked';

  constructor() {
    super(
      'AUTH_SECRET does not open the keys in this database.\n  → start with the AUTH_SECRET this database was first used with' +
        ' (in development it stands in .env.local)',
    );
  }
}

/** A row of the keyring is not as it was written. */
export class KeyDamaged extends Error {
  override readonly name = 'KeyDamaged';

  constructor({ id, purpose }: Pick<StoredKey, 'id' | 'purpose'>, options: ErrorOptions) {
    super(
      `The ${purpose} key ${id} in the database was altered.\n  → restore the table "keys" from a backup`,
      options,
    );
  }
}

/**
 * The random keys the application signs, hashes and seals with, each wrapped under AUTH_SECRET in one table, so that
 * the database alone opens nothing and the secret alone forges nothing.
 */
@Injectable()
export class Keyring {
  private readonly wrap: KeyWrap;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    settings: KeyringSettings,
  ) {
    this.wrap = new KeyWrap(settings.secret);
  }

  /**
   * The keys of a purpose, newest first; where none has the asked algorithm, one is made and kept before this returns.
   * @throws KeyringLocked where AUTH_SECRET is not the one they were wrapped under
   */
  async keysFor(request: KeyRequest): Promise<Key[]> {
    return this.database.transaction(async () => {
      // Instances that start together must end with one key.
      await this.database.query({ text: 'SELECT pg_advisory_xact_lock(hashtext($1))' }, [
        `keyring/${request.purpose}`,
      ]);
      const keys = await this.stored(request.purpose);
      if (keys.some(({ algorithm }) => algorithm === request.algorithm)) return keys;
      return [await this.add(request), ...keys];
    });
  }

  /** The 256-bit secret of a purpose. */
  async secretFor(purpose: string): Promise<Key> {
    const [newest] = await this.keysFor({
      purpose,
      algorithm: 'HS256',
      make: () => ({ id: randomBytes(6).toString('base64url'), material: randomBytes(32) }),
    });
    if (!newest) throw new Error(`the keyring made no key for ${purpose}`);
    return newest;
  }

  /** Whether there are keys in the database, and every one is wrapped under this instance's AUTH_SECRET. */
  async opens(): Promise<boolean> {
    const statement = { text: 'SELECT bool_and(wrapped_by = $1) AS opens FROM keys' };
    const [row] = await this.database.query<{ opens: boolean | null }>(statement, [this.wrap.id]);
    return row?.opens === true;
  }

  private async stored(purpose: string): Promise<Key[]> {
    const rows = await this.database
      .repository(StoredKey)
      .find({ where: { purpose }, order: { createdAt: 'DESC' } });
    return rows.map((row) => ({ id: row.id, algorithm: row.algorithm, material: this.unwrap(row) }));
  }

  private async add({ purpose, algorithm, make }: KeyRequest): Promise<Key> {
    const key = { ...make(), algorithm };
    const row = { id: key.id, purpose, algorithm };
    const wrapped = this.wrap.wrap(key.material, contextOf(row));
    await this.database
      .repository(StoredKey)
      .insert({ ...row, wrapped, wrappedBy: this.wrap.id, createdAt: this.clock.now() });
    return key;
  }

  private unwrap(row: StoredKey): Buffer {
    if (row.wrappedBy !== this.wrap.id) throw new KeyringLocked();
    try {
      return this.wrap.unwrap(row.wrapped, contextOf(row));
    } catch (cause) {
      throw new KeyDamaged(row, { cause });
    }
  }
}

function contextOf({ id, purpose, algorithm }: Pick<StoredKey, 'id' | 'purpose' | 'algorithm'>): string {
  return `${purpose}/${algorithm}/${id}`;
}
