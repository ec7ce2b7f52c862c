import type { StoredKey } from './stored-key.entity';

/** A row of the keyring cannot be unwrapped. */
export abstract class KeyUnreadable extends Error {}

/** A key in the database is wrapped under a secret that this instance does not have. */
export class KeyringLocked extends KeyUnreadable {
  override readonly name = 'KeyringLocked';

  constructor() {
    super(
      'AUTH_SECRET does not open the keys in this database, nor does one of AUTH_SECRETS_RETIRED.\n' +
        '  → if AUTH_SECRET was changed, put the former one into AUTH_SECRETS_RETIRED: the keys are then rewrapped\n' +
        '  → if not, start with the AUTH_SECRET this database was last used with (in development it stands in .env.local)',
    );
  }
}

/** A row of the keyring was altered. */
export class KeyDamaged extends KeyUnreadable {
  override readonly name = 'KeyDamaged';

  constructor({ id, purpose }: Pick<StoredKey, 'id' | 'purpose'>, options: ErrorOptions) {
    super(
      `The ${purpose} key ${id} in the database was altered.\n  → restore the table "keys" from a backup`,
      options,
    );
  }
}
