import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** @param context what the bytes are for; moved elsewhere, they cannot be decrypted */
export function encrypt(key: Buffer, plain: Buffer, context: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(context));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** @throws Error where the key, the context or the bytes differ from those of `encrypt` */
export function decrypt(key: Buffer, encrypted: Buffer, context: string): Buffer {
  const decipher = createDecipheriv(CIPHER, key, encrypted.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(context)).setAuthTag(encrypted.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(encrypted.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
}

/** Encrypts data of one purpose with AES-256-GCM under a key of the keyring. */
export class Encryption {
  constructor(private readonly key: Buffer) {}

  /** @param context what the bytes are for, such as the owner and the id of their row */
  encrypt(plain: Buffer, context: string): Buffer {
    return encrypt(this.key, plain, context);
  }

  /** @returns null where the bytes were not encrypted here for this context */
  decrypt(encrypted: Buffer, context: string): Buffer | null {
    try {
      return decrypt(this.key, encrypted, context);
    } catch {
      return null;
    }
  }
}
