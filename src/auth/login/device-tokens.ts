import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { parse as uuidBytes } from 'uuid';
import { Clock, DAY_MS } from '../../platform/clock';
import { Keyring } from '../../platform/keyring';
import type { User } from '../../users';

const PREFIX = 'dt_';
const DEVICE_BYTES = 16;
const DAY_BYTES = 3;
const SIGNED_BYTES = DEVICE_BYTES + DAY_BYTES;
// 51 bytes are exactly 68 characters of base64url, so every token has one encoding.
const FORM = /^dt_[\w-]{68}$/;
const LIFETIME_DAYS = 180;
/** A bit of the day that no day reaches: the device has not signed in yet. */
const NOT_SIGNED_IN = 0x80_00_00;

type Owner = Pick<User, 'id' | 'devicesEpoch'>;

interface Device {
  readonly name: string;
  readonly hasSignedIn: boolean;
}

/**
 * Signed values that state that a device signed in as a user before, or that its user has proved the mailbox: a random name of the device
 * and the day of its last sign-in, under an HMAC-SHA-256 that binds them to the user. They grant no access. For 180 days after each
 * sign-in they give the device a rate limit that strangers cannot exhaust.
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
    return this.renewNamed(owner, this.nameOf(owner, presented));
  }

  /** The next token of a device by its name; of a new one where it has none. */
  renewNamed(owner: Owner, name: string | null): string {
    return this.sign(owner, name === null ? randomBytes(DEVICE_BYTES) : Buffer.from(name, 'base64url'));
  }

  /** A token for a user who has proved the mailbox, and whose device has not signed in yet. */
  issueForMailbox(owner: Owner): string {
    return this.sign(owner, randomBytes(DEVICE_BYTES), NOT_SIGNED_IN);
  }

  /**
   * The name of the device of a token that is genuine, of this user, not revoked and not expired.
   *
   * @returns the same name for every token of the device; null for any other token, and for none
   */
  nameOf(owner: Owner | null, token: string | null | undefined): string | null {
    return this.read(owner, token)?.name ?? null;
  }

  /**
   * Like `nameOf`, but null for a device that has not signed in yet. For the limits of second factors: an attacker who reads the mails of
   * the user could otherwise get any number of devices, each with attempts of its own.
   */
  signedInNameOf(owner: Owner | null, token: string | null | undefined): string | null {
    const device = this.read(owner, token);
    return device?.hasSignedIn ? device.name : null;
  }

  private read(owner: Owner | null, token: string | null | undefined): Device | null {
    if (!owner || !token || !FORM.test(token)) return null;
    const bytes = Buffer.from(token.slice(PREFIX.length), 'base64url');
    const signed = bytes.subarray(0, SIGNED_BYTES);
    if (!timingSafeEqual(this.macOf(owner, signed), bytes.subarray(SIGNED_BYTES))) return null;
    const marked = signed.readUIntBE(DEVICE_BYTES, DAY_BYTES);
    const age = this.today() - (marked & ~NOT_SIGNED_IN);
    // One day ahead may be midnight on an instance with another clock; more was written under a clock that was set back since.
    if (age > LIFETIME_DAYS || age < -1) return null;
    const name = signed.subarray(0, DEVICE_BYTES).toString('base64url');
    return { name, hasSignedIn: (marked & NOT_SIGNED_IN) === 0 };
  }

  private sign(owner: Owner, device: Buffer, mark = 0): string {
    const day = Buffer.alloc(DAY_BYTES);
    day.writeUIntBE(this.today() | mark, 0, DAY_BYTES);
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
