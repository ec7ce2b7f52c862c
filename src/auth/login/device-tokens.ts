import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { parse as uuidBytes } from 'uuid';
import { Clock } from '../../platform/clock';
import { Keyring } from '../../platform/keyring';
import type { User } from '../../users';

const PREFIX = 'dt_';
const DEVICE_BYTES = 16;
const DAY_BYTES = 3;
const SIGNED_BYTES = DEVICE_BYTES + DAY_BYTES;
// 51 bytes are exactly 68 characters of base64url, so every token has one encoding.
const FORM = /^dt_[\w-]{68}$/;
const DAY_MS = 86_400_000;
const LIFETIME_DAYS = 180;

type Owner = Pick<User, 'id' | 'devicesEpoch'>;

/**
 * Signed values that state that a device signed in as a user before: a random name of the device and the day of its last sign-in, under
 * an HMAC-SHA-256 that binds them to the user. They grant no access. For 180 days after each sign-in they give the device a rate limit
 * that strangers cannot exhaust.
 */
@Injectable()
export class DeviceTokens implements OnModuleInit {
  private key: Buffer;

  constructor(
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    this.key = (await this.keyring.secretFor('device')).material;
  }

  /** The next token of a device: of the same device where a genuine token is presented, otherwise of a new one. */
  renew(owner: Owner, presented?: string | null): string {
    return this.sign(owner, this.deviceOf(owner, presented) ?? randomBytes(DEVICE_BYTES));
  }

  /** The next token of a device by its name; of a new one where it has none. */
  renewNamed(owner: Owner, name: string | null): string {
    return this.sign(owner, name === null ? randomBytes(DEVICE_BYTES) : Buffer.from(name, 'base64url'));
  }

  /**
   * The name of the device of a token that is genuine, of this user, not revoked and not expired.
   *
   * @returns the same name for every token of the device; null for any other token, and for none
   */
  nameOf(owner: Owner | null, token: string | null | undefined): string | null {
    return (owner && this.deviceOf(owner, token)?.toString('base64url')) ?? null;
  }

  private deviceOf(owner: Owner, token: string | null | undefined): Buffer | null {
    if (!token || !FORM.test(token)) return null;
    const bytes = Buffer.from(token.slice(PREFIX.length), 'base64url');
    const signed = bytes.subarray(0, SIGNED_BYTES);
    if (!timingSafeEqual(this.macOf(owner, signed), bytes.subarray(SIGNED_BYTES))) return null;
    const age = this.today() - signed.readUIntBE(DEVICE_BYTES, DAY_BYTES);
    // One day ahead may be midnight on an instance with another clock; more was written under a clock that was set back since.
    return age <= LIFETIME_DAYS && age >= -1 ? signed.subarray(0, DEVICE_BYTES) : null;
  }

  private sign(owner: Owner, device: Buffer): string {
    const day = Buffer.alloc(DAY_BYTES);
    day.writeUIntBE(this.today(), 0, DAY_BYTES);
    const signed = Buffer.concat([device, day]);
    return PREFIX + Buffer.concat([signed, this.macOf(owner, signed)]).toString('base64url');
  }

  /** In days since 1970. */
  private today(): number {
    return Math.floor(this.clock.nowMs() / DAY_MS);
  }

  private macOf({ id, devicesEpoch }: Owner, signed: Buffer): Buffer {
    const epoch = Buffer.alloc(4);
    epoch.writeUInt32BE(devicesEpoch);
    return createHmac('sha256', this.key).update(uuidBytes(id)).update(epoch).update(signed).digest();
  }
}
