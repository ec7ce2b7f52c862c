import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../../../platform/database';

const HANDLE_BYTES = 32;

/** A passkey that a user registers. */
export interface NewPasskey {
  readonly credentialId: Buffer;
  /** As COSE_Key (RFC 9052). */
  readonly publicKey: Buffer;
  readonly signCount: number;
  /** Whether the passkey can be copied to other devices of its user, by a password manager. */
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
  /** How a browser reaches the authenticator. */
  readonly transports: readonly string[];
  /** The model of the authenticator. */
  readonly aaguid: string;
  readonly rpId: string;
}

export interface StoredPasskey extends NewPasskey {
  readonly factorId: string;
  readonly userId: string;
  /** The name under which the authenticator knows the user. */
  readonly handle: Buffer;
  /** Whether it may sign in without the password. */
  readonly alone: boolean;
}

/** What a verified signature says of a passkey. */
export interface PasskeyUse {
  readonly factorId: string;
  readonly signCount: number;
  readonly backedUp: boolean;
  /** `alone` needs `StoredPasskey.alone`, and `beside-password` restores it. */
  readonly mode: 'alone' | 'beside-password' | 'beside-other';
}

const COLUMNS = `factor_id AS "factorId", user_id AS "userId", credential_id AS "credentialId", public_key AS "publicKey",
  sign_count::float8 AS "signCount", backup_eligible AS "backupEligible", backed_up AS "backedUp", transports, aaguid, rp_id AS "rpId", handle,
  alone`;

const ADD: Statement = {
  name: 'passkey-add',
  text: `INSERT INTO passkeys (factor_id, user_id, credential_id, public_key, sign_count, backup_eligible, backed_up, transports, aaguid, rp_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING RETURNING true AS added`,
};

const FIND: Statement = {
  name: 'passkey-find',
  text: `SELECT ${COLUMNS} FROM passkeys JOIN webauthn_handles USING (user_id) WHERE credential_id = $1`,
};

const LIST: Statement = {
  name: 'passkey-list',
  text: `SELECT ${COLUMNS} FROM passkeys JOIN webauthn_handles USING (user_id) WHERE user_id = $1 ORDER BY factor_id`,
};

// A counter that does not rise is judged for passkeys of one device only: those that are copied on purpose mostly stay at 0.
const USE: Statement = {
  name: 'passkey-use',
  text: `UPDATE passkeys SET sign_count = greatest(sign_count, $2), backed_up = $3, alone = alone OR $5
    WHERE factor_id = $1 AND (alone OR NOT $4) AND (backup_eligible OR sign_count < $2 OR (sign_count = 0 AND $2 = 0))
    RETURNING true AS used`,
};

const FORBID_ALONE: Statement = {
  name: 'passkey-forbid-alone',
  text: 'UPDATE passkeys SET alone = false WHERE user_id = $1',
};

const HANDLE: Statement = {
  name: 'webauthn-handle',
  text: `INSERT INTO webauthn_handles (user_id, handle) VALUES ($1, $2)
    ON CONFLICT (user_id) DO UPDATE SET user_id = excluded.user_id RETURNING handle`,
};

@Injectable()
export class PasskeyStore {
  constructor(private readonly database: Database) {}

  /** @returns false where a user has this credential already */
  async add(factorId: string, userId: string, passkey: NewPasskey): Promise<boolean> {
    const { credentialId, publicKey, signCount, backupEligible, backedUp, transports, aaguid, rpId } =
      passkey;
    const key = [credentialId, publicKey, signCount];
    const facts = [backupEligible, backedUp, transports, aaguid, rpId];
    return (await this.database.query(ADD, [factorId, userId, ...key, ...facts])).length > 0;
  }

  async find(credentialId: Buffer): Promise<StoredPasskey | null> {
    return (await this.database.query<StoredPasskey>(FIND, [credentialId]))[0] ?? null;
  }

  /** Oldest first. */
  async list(userId: string): Promise<StoredPasskey[]> {
    return this.database.query<StoredPasskey>(LIST, [userId]);
  }

  /** @returns false where the counter did not rise, the mode is not allowed, or the passkey was removed */
  async use({ factorId, signCount, backedUp, mode }: PasskeyUse): Promise<boolean> {
    const parameters = [factorId, signCount, backedUp, mode === 'alone', mode === 'beside-password'];
    return (await this.database.query(USE, parameters)).length > 0;
  }

  /** Requires the password beside each passkey of a user once. */
  async forbidAlone(userId: string): Promise<void> {
    await this.database.query(FORBID_ALONE, [userId]);
  }

  /** The name under which authenticators know a user, always the same. */
  async handleOf(userId: string): Promise<Buffer> {
    const [row] = await this.database.query<{ handle: Buffer }>(HANDLE, [userId, randomBytes(HANDLE_BYTES)]);
    if (!row) throw new Error('the statement returned no handle');
    return row.handle;
  }
}
