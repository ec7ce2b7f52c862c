import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { digestOf, readRefreshToken, SECRET_BYTES, writeRefreshToken } from './refresh-token';

const KEY = randomBytes(32);
const CLAIM = { sessionId: uuidv7(), generation: 7, secret: randomBytes(SECRET_BYTES) };
const TOKEN = writeRefreshToken(CLAIM, KEY);
const BYTES = Buffer.from(TOKEN.slice(3), 'base64url');

function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return copy;
}

describe('a refresh token', () => {
  it('says what was written, whatever that was', () => {
    const claims = fc.record({
      sessionId: fc.uuid({ version: 7 }),
      generation: fc.nat(2 ** 31 - 2),
      secret: fc
        .uint8Array({ minLength: SECRET_BYTES, maxLength: SECRET_BYTES })
        .map((bytes) => Buffer.from(bytes)),
    });
    fc.assert(
      fc.property(claims, (claim) => {
        expect(readRefreshToken(writeRefreshToken(claim, KEY), KEY)).toEqual(claim);
      }),
    );
  });

  it('is one text for one claim, so that a lost answer can be given again', () => {
    expect(writeRefreshToken(CLAIM, KEY)).toBe(TOKEN);
    expect(TOKEN).toMatch(/^rt_[\w-]{112}$/);
  });

  it('is refused when any one bit of its bytes was flipped', () => {
    const accepted = Array.from({ length: BYTES.length * 8 }, (_, bit) => bit).filter((bit) =>
      readRefreshToken(`rt_${flipped(BYTES, bit).toString('base64url')}`, KEY),
    );
    expect(accepted).toEqual([]);
  });

  it('is refused when any one bit of its text was flipped', () => {
    const text = Buffer.from(TOKEN);
    const accepted = Array.from({ length: text.length * 8 }, (_, bit) => bit).filter((bit) =>
      readRefreshToken(flipped(text, bit).toString('latin1'), KEY),
    );
    expect(accepted).toEqual([]);
  });

  it.each([
    ['another key', randomBytes(32)],
    ['no key', Buffer.alloc(0)],
    ['a part of the key', KEY.subarray(0, 31)],
  ])('is refused under %s', (_, key) => {
    expect(readRefreshToken(TOKEN, key)).toBeUndefined();
  });

  it.each([
    ['nothing', ''],
    ['its prefix alone', 'rt_'],
    ['no prefix', TOKEN.slice(3)],
    ['another prefix', TOKEN.replace('rt_', 'at_')],
    ['an upper-case prefix', TOKEN.replace('rt_', 'RT_')],
    ['its prefix twice', `rt_${TOKEN}`],
    ['a character less', TOKEN.slice(0, -1)],
    ['a character more', `${TOKEN}A`],
    ['padding', `${TOKEN}=`],
    ['a line break', `${TOKEN}\n`],
    ['white space before it', ` ${TOKEN}`],
    ['a NUL after it', `${TOKEN}\0`],
    ['another alphabet', `rt_${'+'.repeat(112)}`],
    ['letters beyond ASCII', `rt_${'ä'.repeat(112)}`],
    ['bytes less at the front', `rt_${BYTES.subarray(3).toString('base64url')}`],
    ['zeros', `rt_${'A'.repeat(112)}`],
    ['a very long text', `rt_${'A'.repeat(1_000_000)}`],
    ['an access token', 'eyJhbGciOiJFUzI1NiJ9.e30.c2ln'],
  ])('is refused with %s', (_, token) => {
    expect(readRefreshToken(token, KEY)).toBeUndefined();
  });

  it.each([2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1])(
    'has no generation %d: it could have no successor',
    (generation) => {
      expect(readRefreshToken(writeRefreshToken({ ...CLAIM, generation }, KEY), KEY)).toBeUndefined();
    },
  );

  it('has no second spelling in the alphabet of base64', () => {
    const generations = Array.from({ length: 10 }, (_, generation) => ({ ...CLAIM, generation }));
    const spelled = generations
      .map((claim) => writeRefreshToken(claim, KEY).slice(3).replaceAll('-', '+').replaceAll('_', '/'))
      .find((text) => /[+/]/.test(text));
    expect(spelled).toBeDefined();
    expect(readRefreshToken(`rt_${spelled}`, KEY)).toBeUndefined();
  });
});

describe('the digest of a secret', () => {
  it('is SHA-256, and nothing that opens a session', () => {
    expect(digestOf(Buffer.from('abc')).toString('hex')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    const forged = { ...CLAIM, secret: digestOf(CLAIM.secret) };
    expect(readRefreshToken(writeRefreshToken(forged, randomBytes(32)), KEY)).toBeUndefined();
  });
});
