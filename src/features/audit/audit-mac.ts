import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Keyring } from '../../platform/keyring';
import { type AuditEvent, columnsOf, type ChainLink, type PersonalFields } from './audit-event';

/** Whether the seal of a row was valid when the row was linked. */
type Origin = 'own' | 'foreign';

/** Computes the seal of a row and its link in the chain, with a key that only this application has. */
@Injectable()
export class AuditMac implements OnModuleInit {
  private key: KeyObject | undefined;

  constructor(private readonly keyring: Keyring) {}

  async onModuleInit(): Promise<void> {
    await this.loadKey();
  }

  /** To be called where `onModuleInit` may not have run, as in a command. */
  async loadKey(): Promise<void> {
    this.key ??= createSecretKey((await this.keyring.secretFor('audit')).material);
  }

  private get secret(): KeyObject {
    if (!this.key) throw new Error('the key of the audit trail is not loaded yet');
    return this.key;
  }

  macOf(event: AuditEvent): Buffer {
    const commitment = event.commitment?.toString('base64') ?? null;
    return createHmac('sha256', this.secret)
      .update('event\0')
      .update(JSON.stringify([...columnsOf(event), commitment]))
      .digest();
  }

  nextLink({ sequence, chain }: ChainLink, seal: Buffer, origin: Origin = 'own'): ChainLink {
    const number = Buffer.alloc(8);
    number.writeBigUInt64BE(BigInt(sequence + 1));
    const hmac = createHmac('sha256', this.secret).update(`chain\0${origin}\0`);
    // The seal last, as the only field whose length an attacker with access to the database could change.
    return { sequence: sequence + 1, chain: hmac.update(chain).update(number).update(seal).digest() };
  }
}

/** Reveals nothing about the data once the salt is erased. */
export function commitmentTo({ userId, salt, ipAddress, userAgent }: PersonalFields): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([salt.toString('base64'), userId, ipAddress, userAgent]))
    .digest();
}
