import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

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
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.key, nonce).setAAD(Buffer.from(context));
    return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }

  /** @throws Error where the secret, the context or the bytes differ from those of `wrap` */
  unwrap(wrapped: Buffer, context: string): Buffer {
    const decipher = createDecipheriv(CIPHER, this.key, wrapped.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(context)).setAuthTag(wrapped.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(wrapped.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  }
}

function derive(secret: Buffer, info: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), info, 32));
}
