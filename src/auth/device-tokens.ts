import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { parse as uuidBytes } from 'uuid';
import { Keyring } from '../platform/keyring';
import type { User } from '../users';

const PREFIX = 'dt_';
const DEVICE_BYTES = 16;
// 48 bytes are 64 characters with no bits left over, so every token has one spelling.
const FORM = /^dt_[\w-]{64}$/;

type Owner = Pick<User, 'id' | 'devicesEpoch'>;

/**
 * "This device signed in as this user before": a random name for the device under an HMAC-SHA-256 that binds it to the
 * user. It opens nothing; it only tells the owner of an account from a stranger who guesses at it.
 */
@Injectable()
export class DeviceTokens implements OnModuleInit {
  private key: Buffer;

  constructor(private readonly keyring: Keyring) {}

  async onModuleInit(): Promise<void> {
    this.key = (await this.keyring.secretFor('device')).material;
  }

  /** The token that this user's device goes on with: the one it presents where that is genuine, else a new one. */
  renew(owner: Owner, presented: string | null | undefined): string {
    return this.isOf(owner, presented) ? presented : this.make(owner);
  }

  /** Whether there is one, it is genuine, of this user, and not voided since. */
  isOf(owner: Owner | null, token: string | null | undefined): token is string {
    if (!owner || !token || !FORM.test(token)) return false;
    const bytes = Buffer.from(token.slice(PREFIX.length), 'base64url');
    return timingSafeEqual(this.macOf(owner, bytes.subarray(0, DEVICE_BYTES)), bytes.subarray(DEVICE_BYTES));
  }

  make(owner: Owner): string {
    const device = randomBytes(DEVICE_BYTES);
    return PREFIX + Buffer.concat([device, this.macOf(owner, device)]).toString('base64url');
  }

  private macOf({ id, devicesEpoch }: Owner, device: Buffer): Buffer {
    const epoch = Buffer.alloc(4);
    epoch.writeUInt32BE(devicesEpoch);
    return createHmac('sha256', this.key).update(uuidBytes(id)).update(epoch).update(device).digest();
  }
}
