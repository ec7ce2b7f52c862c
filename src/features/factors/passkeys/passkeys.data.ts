import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../../../platform/database';
import { PersonalData, type PersonalDataProvider } from '../../../platform/personal-data';
import { PasskeyStore } from './passkey.store';

const ERASE_PASSKEYS: Statement = { text: 'DELETE FROM passkeys WHERE user_id = $1' };
const ERASE_HANDLE: Statement = { text: 'DELETE FROM webauthn_handles WHERE user_id = $1' };

/** The passkeys of the user. A public key is no secret, and says nothing of the user. */
@Injectable()
@PersonalData({ section: 'passkeys', tables: ['passkeys', 'webauthn_handles'] })
export class PasskeysData implements PersonalDataProvider {
  constructor(
    private readonly database: Database,
    private readonly store: PasskeyStore,
  ) {}

  async export(userId: string): Promise<unknown> {
    const passkeys = await this.store.list(userId);
    return passkeys.map(({ credentialId, publicKey, handle, ...passkey }) => ({
      ...passkey,
      credentialId: credentialId.toString('base64url'),
      publicKey: publicKey.toString('base64url'),
      userHandle: handle.toString('base64url'),
    }));
  }

  async erase(userId: string): Promise<void> {
    await this.database.query(ERASE_PASSKEYS, [userId]);
    await this.database.query(ERASE_HANDLE, [userId]);
  }
}
