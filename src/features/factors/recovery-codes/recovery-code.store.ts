import { createHmac } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database, type Statement } from '../../../platform/database';
import { Keyring } from '../../../platform/keyring';

const CLEAR: Statement = {
  name: 'recovery-codes-clear',
  text: 'DELETE FROM recovery_codes WHERE user_id = $1',
};

const ADD: Statement = {
  name: 'recovery-codes-add',
  text: 'INSERT INTO recovery_codes (digest, user_id) SELECT digest, $1 FROM unnest($2::bytea[]) AS digest',
};

const HAS: Statement = {
  name: 'recovery-codes-has',
  text: 'SELECT true AS found FROM recovery_codes WHERE digest = $2 AND user_id = $1',
};

// One statement, so that a code is accepted once.
const USE: Statement = {
  name: 'recovery-codes-use',
  text: 'DELETE FROM recovery_codes WHERE digest = $2 AND user_id = $1 RETURNING true AS used',
};

const COUNT: Statement = {
  name: 'recovery-codes-count',
  text: 'SELECT count(*)::int AS count FROM recovery_codes WHERE user_id = $1',
};

/** The recovery codes of users, by keyed digests. */
@Injectable()
export class RecoveryCodeStore implements OnModuleInit {
  private key: Buffer;

  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
  ) {}

  async onModuleInit(): Promise<void> {
    this.key = (await this.keyring.secretFor('factors')).material;
  }

  /** Replaces the codes of a user. To be called in a transaction that has locked the user. */
  async replace(userId: string, codes: readonly string[]): Promise<void> {
    await this.clear(userId);
    await this.database.query(ADD, [userId, codes.map((code) => this.digestOf(userId, code))]);
  }

  async clear(userId: string): Promise<void> {
    await this.database.query(CLEAR, [userId]);
  }

  async has(userId: string, code: string): Promise<boolean> {
    return (await this.database.query(HAS, [userId, this.digestOf(userId, code)])).length > 0;
  }

  /** @returns false where the code was used before */
  async use(userId: string, code: string): Promise<boolean> {
    return (await this.database.query(USE, [userId, this.digestOf(userId, code)])).length > 0;
  }

  async count(userId: string): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(COUNT, [userId]);
    return row?.count ?? 0;
  }

  private digestOf(userId: string, code: string): Buffer {
    return createHmac('sha256', this.key).update(`recovery-code/${userId}/${code}`).digest();
  }
}
