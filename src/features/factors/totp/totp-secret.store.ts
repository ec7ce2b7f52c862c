import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database, type Statement } from '../../../platform/database';
import { Encryption, Keyring } from '../../../platform/keyring';

const PURPOSE = 'factors';

const ADD: Statement = {
  name: 'totp-add',
  text: `INSERT INTO totp_secrets (factor_id, user_id, secret, last_step) VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING RETURNING true AS added`,
};

const FIND: Statement = {
  name: 'totp-find',
  text: 'SELECT factor_id AS "factorId", secret FROM totp_secrets WHERE user_id = $1',
};

// One statement, so that a code is accepted once, and none of an earlier step after it.
const ADVANCE: Statement = {
  name: 'totp-advance',
  text: 'UPDATE totp_secrets SET last_step = $2 WHERE factor_id = $1 AND last_step < $2 RETURNING true AS advanced',
};

/** The secrets of authenticator apps, each encrypted for its user and factor. */
@Injectable()
export class TotpSecretStore implements OnModuleInit {
  private encryption: Encryption;

  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
  ) {}

  async onModuleInit(): Promise<void> {
    this.encryption = new Encryption((await this.keyring.secretFor(PURPOSE)).material);
  }

  /** @returns false where the user has one already */
  async add(userId: string, factorId: string, secret: Buffer, step: number): Promise<boolean> {
    const encrypted = this.encryption.encrypt(secret, contextOf(userId, factorId));
    return (await this.database.query(ADD, [factorId, userId, encrypted, step])).length > 0;
  }

  /** @returns null where the user has none, or one that was written for another user or factor */
  async find(userId: string): Promise<{ readonly factorId: string; readonly secret: Buffer } | null> {
    const [row] = await this.database.query<{ factorId: string; secret: Buffer }>(FIND, [userId]);
    const secret = row && this.encryption.decrypt(row.secret, contextOf(userId, row.factorId));
    return secret ? { factorId: row.factorId, secret } : null;
  }

  /** @returns false where a code of this step or a later one was accepted before */
  async advance(factorId: string, step: number): Promise<boolean> {
    return (await this.database.query(ADVANCE, [factorId, step])).length > 0;
  }

  /** Encrypts what a client keeps between two requests. */
  seal(plain: Buffer, context: string): string {
    return this.encryption.encrypt(plain, context).toString('base64url');
  }

  /** @returns null for anything that `seal` did not return for this context */
  unseal(sealed: string, context: string): Buffer | null {
    return this.encryption.decrypt(Buffer.from(sealed, 'base64url'), context);
  }
}

function contextOf(userId: string, factorId: string): string {
  return `totp/${userId}/${factorId}`;
}
