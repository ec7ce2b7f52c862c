import { compareSync, hashSync } from 'bcryptjs';
import * as fc from 'fast-check';
import { decoyHash, formatHash, parseHash, topUpCosts } from './stored-hash';

const REST = `${'.'.repeat(21)}O${'a'.repeat(31)}`;

describe('a stored hash', () => {
  it('is read back as it was written', () => {
    const bcrypt = hashSync('a', 4);
    expect(parseHash(formatHash(bcrypt, 'k-_9'))).toEqual({ bcrypt, cost: 4, keyId: 'k-_9' });
  });

  it.each(['$2a$', '$2b$', '$2y$'])('is understood as %s of an older system', (prefix) => {
    const bcrypt = `${prefix}10$${REST}`;
    expect(parseHash(bcrypt)).toEqual({ bcrypt, cost: 10, keyId: undefined });
  });

  it.each([
    ['nothing', ''],
    ['a word', 'password'],
    ['another version of bcrypt', `$2x$10$${REST}`],
    ['another algorithm', '$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$aGFzaA'],
    ['a hash that lost its end', `$2b$10$${REST.slice(1)}`],
    ['a hash that is too long', `$2b$10$${REST}a`],
    ['a hash and a line break', `$2b$10$${REST}\n`],
    ['a character bcrypt does not write', `$2b$10$${REST.slice(1)}+`],
    ['a cost below what bcrypt has', `$2b$03$${REST}`],
    ['a cost above what bcrypt has', `$2b$32$${REST}`],
    ['a key without a name', `$gatehouse$k=$2b$10$${REST}`],
    ['a keyed hash that is no bcrypt', '$gatehouse$k=abc$2b$nonsense'],
    ['a keyed hash of an older form', `$gatehouse$k=abc$2a$10$${REST}`],
  ])('is not understood: %s', (_, text) => {
    expect(parseHash(text)).toBeUndefined();
  });
});

describe('a decoy', () => {
  it.each([4, 9, 10, 12, 15])('is a well-formed hash of cost %i', (cost) => {
    expect(parseHash(decoyHash(cost))).toEqual({ bcrypt: decoyHash(cost), cost, keyId: undefined });
  });

  it.each(['', 'password', 'O', '.'.repeat(31)])('is work that %j does not match', (password) => {
    expect(compareSync(password, decoyHash(4))).toBe(false);
  });
});

describe('the work of a check', () => {
  const costs = fc.integer({ min: 4, max: 31 });

  it('is topped up to that of today: 2^cost and the decoys make 2^target', () => {
    fc.assert(
      fc.property(costs, costs, (a, b) => {
        const [cost, target] = [Math.min(a, b), Math.max(a, b)];
        const work = [cost, ...topUpCosts(cost, target)].reduce((sum, each) => sum + 2 ** each, 0);
        expect(work).toBe(2 ** target);
      }),
    );
  });

  it('is left alone where it is more than that of today', () => {
    fc.assert(
      fc.property(costs, fc.nat(10), (target, more) => expect(topUpCosts(target + more, target)).toEqual([])),
    );
  });
});
