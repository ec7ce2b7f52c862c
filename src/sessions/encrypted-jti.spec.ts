import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { SECRET_BYTES, writeRefreshToken } from './refresh-token';
import { decryptJti, encryptJti } from './encrypted-jti';

const KEY = randomBytes(32);
const CLAIM = { sessionId: uuidv7(), generation: 3, secret: randomBytes(SECRET_BYTES) };
const SEALED = encryptJti(CLAIM, KEY);

describe('a sealed claim', () => {
  it('opens to what was sealed, whatever that was', () => {
    const secrets = fc.uint8Array({ minLength: SECRET_BYTES, maxLength: SECRET_BYTES });
    fc.assert(
      fc.property(fc.uuid(), fc.nat(2 ** 31 - 2), secrets, (sessionId, generation, secret) => {
        const claim = { sessionId, generation, secret: Buffer.from(secret) };
        expect(decryptJti(encryptJti(claim, KEY), sessionId, KEY)).toEqual(claim);
      }),
    );
  });

  it.each([2 ** 31 - 1, 2 ** 32 - 1])('has no generation %d: it could have no successor', (generation) => {
    expect(decryptJti(encryptJti({ ...CLAIM, generation }, KEY), CLAIM.sessionId, KEY)).toBeUndefined();
  });

  it('is unique for every token, also within one session', () => {
    const all = Array.from({ length: 1_000 }, () => encryptJti(CLAIM, KEY));
    expect(new Set(all).size).toBe(all.length);
  });

  it('shows nothing of the secret', () => {
    expect(Buffer.from(SEALED, 'base64url').includes(CLAIM.secret.subarray(0, 4))).toBe(false);
  });

  it('does not open for another session', () => {
    expect(decryptJti(SEALED, uuidv7(), KEY)).toBeUndefined();
  });

  it('does not open under another key', () => {
    expect(decryptJti(SEALED, CLAIM.sessionId, randomBytes(32))).toBeUndefined();
  });

  it('does not open when any one bit of it was flipped', () => {
    const bytes = Buffer.from(SEALED, 'base64url');
    const opened = Array.from({ length: bytes.length * 8 }, (_, bit) => bit).filter((bit) => {
      const copy = Buffer.from(bytes);
      copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      return decryptJti(copy.toString('base64url'), CLAIM.sessionId, KEY);
    });
    expect(opened).toEqual([]);
  });

  it.each([
    ['nothing', ''],
    ['a UUID', uuidv7()],
    ['half of one', SEALED.slice(0, 43)],
    ['two in a row', SEALED + SEALED],
    ['zeros', 'A'.repeat(SEALED.length)],
    ['no base64url', '€'.repeat(86)],
    ['the refresh token of the same claim', writeRefreshToken(CLAIM, KEY)],
  ])('is not %s', (_, text) => {
    expect(decryptJti(text, CLAIM.sessionId, KEY)).toBeUndefined();
  });
});
