import { randomBytes } from 'node:crypto';
import { KeyWrap } from '../../src/platform/keyring/key-wrap';
import { makeSigningKey, signingKeyOf } from '../../src/tokens/signing-key';
import { drawn, DRAWS, refusedOf } from '../support/drawn-secrets';
import { expectLives, PERIODS } from '../support/key-lives';

describe('in hundreds of lives of a deployment', () => {
  it.each(PERIODS)(
    'one key signs, published in time, and none of its tokens outlives it (period: %p days)',
    (days) => {
      expect(() => expectLives(days, 250)).not.toThrow(
        /unable to authenticate data|Invalid (authentication tag|initialization vector)/,
      );
    },
  );
});

describe('a signing key', () => {
  it.each(['RS256', 'PS256'] as const)('for %s is of the strength of 128 bits', async (algorithm) => {
    const key = signingKeyOf({ ...(await makeSigningKey(algorithm)), algorithm, createdAt: new Date() });
    expect(key.privateKey.asymmetricKeyDetails?.modulusLength).toBe(3072);
  });
});

describe('AUTH_SECRET', () => {
  it.each(DRAWS)('is never refused when it is random: %i bytes in %s', (length, encoding) => {
    expect(refusedOf(drawn(length === 32 ? 20_000 : 5_000, length), encoding)).toEqual([]);
  });
});

describe('a wrapped key', () => {
  it('does not open when any one bit of it was flipped', () => {
    const wrap = new KeyWrap(randomBytes(32));
    const wrapped = wrap.wrap(randomBytes(32), 'context');
    for (let bit = 0; bit < wrapped.length * 8; bit++) {
      const flipped = Buffer.from(wrapped);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(() => wrap.unwrap(flipped, 'context')).toThrow(
        /unable to authenticate data|Invalid (authentication tag|initialization vector)/,
      );
    }
  });
});
