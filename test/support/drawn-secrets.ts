import { createCipheriv } from 'node:crypto';
import { weaknessOf } from '../../src/platform/keyring/auth-secret';

/** Lengths in bytes and encodings of good secrets. */
export const DRAWS = [
  [32, 'hex'],
  [32, 'base64url'],
  [48, 'hex'],
  [48, 'base64url'],
  [64, 'hex'],
  [64, 'base64url'],
] as const;

/** As good as random and the same in every run: the odds are tiny, but a test must not be a lottery. */
export function drawn(count: number, length: number): Buffer[] {
  const cipher = createCipheriv('aes-256-ctr', Buffer.alloc(32, length), Buffer.alloc(16));
  const stream = cipher.update(Buffer.alloc(count * length));
  return Array.from({ length: count }, (_, index) => stream.subarray(index * length, (index + 1) * length));
}

/** Those that are taken for weak, each with the reason. */
export function refusedOf(secrets: readonly Buffer[], encoding: 'hex' | 'base64url'): string[] {
  return secrets
    .map((bytes) => bytes.toString(encoding))
    .flatMap((secret) => (weaknessOf(secret) === undefined ? [] : [`${secret} ${weaknessOf(secret)}`]));
}
