import { randomBytes } from 'node:crypto';
import { KeyWrap } from './key-wrap';

const CONTEXT = 'refresh/HS256/abc';
const REFUSAL = /unable to authenticate data|Invalid (authentication tag|initialization vector)/;

describe('a wrapped key', () => {
  const secret = randomBytes(32);
  const wrap = new KeyWrap(secret);
  const material = randomBytes(32);
  const wrapped = wrap.wrap(material, CONTEXT);

  it.each([0, 1, 32, 138, 1_800])('opens to the same %i bytes, after a restart too', (length) => {
    const plain = randomBytes(length);
    expect(new KeyWrap(secret).unwrap(wrap.wrap(plain, CONTEXT), CONTEXT)).toEqual(plain);
  });

  it('looks different every time', () => {
    const all = Array.from({ length: 1_000 }, () => wrap.wrap(material, CONTEXT).toString('hex'));
    expect(new Set(all).size).toBe(all.length);
  });

  it('shows nothing of the key', () => {
    expect(wrapped.includes(material.subarray(0, 4))).toBe(false);
  });

  it.each([['passwords/HS256/abc'], ['refresh/HS512/abc'], ['refresh/HS256/abd'], ['']])(
    'does not open as %j',
    (context) => {
      expect(() => wrap.unwrap(wrapped, context)).toThrow(REFUSAL);
    },
  );

  it('does not open under another secret', () => {
    expect(() => new KeyWrap(randomBytes(32)).unwrap(wrapped, CONTEXT)).toThrow(REFUSAL);
  });

  // Every bit: test/slow/key-models.spec.ts.
  it('does not open when a bit of any byte of it was flipped', () => {
    for (let bit = 0; bit < wrapped.length * 8; bit += 9) {
      const flipped = Buffer.from(wrapped);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(() => wrap.unwrap(flipped, CONTEXT)).toThrow(REFUSAL);
    }
  });

  it.each([0, 11, 12, 27, 28, 59])('does not open when only its first %i bytes are left', (length) => {
    expect(() => wrap.unwrap(wrapped.subarray(0, length), CONTEXT)).toThrow(REFUSAL);
  });
});

describe('the id of a wrapping secret', () => {
  const secret = randomBytes(32);

  it('is the same for the same secret and another for another', () => {
    expect(new KeyWrap(secret).id).toBe(new KeyWrap(Buffer.from(secret)).id);
    expect(new KeyWrap(secret).id).not.toBe(new KeyWrap(randomBytes(32)).id);
  });

  it('is no part of the secret, in no spelling', () => {
    const { id } = new KeyWrap(secret);
    expect(secret.toString('base64url')).not.toContain(id);
    expect(secret.includes(Buffer.from(id, 'base64url').subarray(0, 4))).toBe(false);
  });
});
