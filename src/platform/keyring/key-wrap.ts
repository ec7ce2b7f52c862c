import { hkdfSync } from 'node:crypto';
import { decrypt, encrypt } from './cipher';

/** A key-encryption key derived from AUTH_SECRET (HKDF-SHA-256, RFC 5869); `id` identifies that secret and reveals nothing else. */
export class KeyWrap {
  readonly id: string;
  private readonly key: Buffer;

  constructor(secret: Buffer) {
    this.key = derive(secret, 'gatehouse/keyring/wrap');
    this.id = derive(secret, 'gatehouse/keyring/id').subarray(0, 12).toString('base64url');
  }

  /** @param context the use of the key; a wrapped key that is moved to another row cannot be unwrapped there */
  wrap(plain: Buffer, context: string): Buffer {
    return encrypt(this.key, plain, context);
  }

  /** @throws Error where the secret, the context or the bytes differ from those of `wrap` */
  unwrap(wrapped: Buffer, context: string): Buffer {
    return decrypt(this.key, wrapped, context);
  }
}

function derive(secret: Buffer, info: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), info, 32));
}
