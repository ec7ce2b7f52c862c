import { randomBytes } from 'node:crypto';
import { drawn, DRAWS, refusedOf } from '../../../test/support/drawn-secrets';
import { bytesOf, weaknessOf } from './auth-secret';

const SENTENCE = 'the quick brown fox jumps over the lazy dog';
const COUNTED_UP = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
const COUNTED_DOWN = Buffer.from(COUNTED_UP.map((byte) => 255 - byte));

describe('AUTH_SECRET', () => {
  it.each([
    ['a number', '12345', /bytes/],
    ['nothing but a word', 'secret', /bytes/],
    ['31 random bytes in hex', randomBytes(31).toString('hex'), /31 bytes/],
    ['31 random bytes in base64url', randomBytes(31).toString('base64url'), /31 bytes/],
    ['16 random bytes in hex', randomBytes(16).toString('hex'), /16 bytes/],
  ])('is refused when it is too short: %s', (_, secret, reason) => {
    expect(weaknessOf(secret)).toMatch(reason);
  });

  it.each([
    ['base64 with + and /', `+/${randomBytes(32).toString('base64')}`],
    ['hex with a letter too many', `${randomBytes(32).toString('hex')}!`],
    ['a sentence', 'my dog ate the first secret, so here is the second one'],
    ['a quoted value', `"${randomBytes(32).toString('base64url')}"`],
    ['text beyond ASCII', 'ü'.repeat(50)],
  ])('is refused when it is neither hex nor base64url: %s', (_, secret) => {
    expect(weaknessOf(secret)).toBe('is neither hex nor base64url');
  });

  it.each([
    ['one letter, 64 times', 'a'.repeat(64)],
    ['one digit, 64 times', '0'.repeat(64)],
    ['counted-up digits', '1234567890'.repeat(7).slice(0, 64)],
    ['the hex digits in turn', '0123456789abcdef'.repeat(4)],
    ['deadbeef', 'deadbeef'.repeat(8)],
    ['8 random bytes, four times, in hex', randomBytes(8).toString('hex').repeat(4)],
    ['6 random bytes, six times, in base64url', randomBytes(6).toString('base64url').repeat(6)],
    ['an alphabet begun again', 'abcdefghijklmnopqrstuvwxyz0123456789'.repeat(2)],
    ['two letters by turns', 'abAB'.repeat(16)],
  ])('is refused when it repeats itself: %s', (_, secret) => {
    expect(weaknessOf(secret)).toBe('repeats itself');
  });

  it.each([
    ['lower case', 'supersecretlongstringthatnobodywillguess123'],
    ['upper case', 'SUPERSECRETLONGSTRINGTHATNOBODYWILLGUESS123'],
    ['CamelCase', 'SuperSecretLongStringThatNobodyWillGuess123'],
    ['with dashes', 'super-secret-long-string-that-nobody-will-guess'],
    ['With-Dashes', 'Super-Secret-Long-String-That-Nobody-Will-Guess'],
    ['with_underscores', 'super_secret_long_string_that_nobody_will_guess'],
    ['the placeholder of a template', 'CHANGEME-x7Kp2mQ9vR4tW8zB3nL6jH1fD5gS0aYcEuI'],
    ['the name of the application', 'Gatehouse-x7Kp2mQ9vR4tW8zB3nL6jH1fD5gS0aYcEu'],
    ['a keyboard row', 'x7Kp2mQ9vR4tW8zBqWeRtY3nL6jH1fD5gS0aYcEuIoXc'],
    ['words without dashes', 'tealottersjugglesevenlanternsonthemoontonight'],
    ['words with dashes', 'teal-otters-juggle-seven-lanterns-on-the-moon'],
    ['words that begin with capitals', 'ThisIsAVeryLongKeyThatNobodyWillEverGuessAtAll'],
    ['such words with dashes', 'Teal-Otters-Juggle-Seven-Lanterns-On-The-Moon-Tonight'],
    ['WORDS WITH UNDERSCORES', 'TEAL_OTTERS_JUGGLE_SEVEN_LANTERNS_ON_THE_MOON'],
    ['a sentence in hex', Buffer.from(SENTENCE).toString('hex')],
    ['a sentence in upper-case hex', Buffer.from(SENTENCE).toString('hex').toUpperCase()],
    ['a sentence in base64url', Buffer.from(SENTENCE).toString('base64url')],
    ['two lines in hex', Buffer.from(`my very own key\nfor signing the tokens\n`).toString('hex')],
  ])('is refused when a person typed it: %s', (_, secret) => {
    expect(weaknessOf(secret)).toBe('looks like words, not like random bytes');
  });

  it.each([
    ['an alphabet', 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'],
    ['an alphabet backwards', 'zyxwvutsrqponmlkjihgfedcbaZYXWVUTSRQPONMLKJIHGFEDCBA9876543210'],
    ['counted up, in hex', COUNTED_UP.toString('hex')],
    ['counted up, in base64url', COUNTED_UP.toString('base64url')],
    ['counted down, in hex', COUNTED_DOWN.toString('hex')],
    ['every hex digit twice', '00112233445566778899aabbccddeeffffeeddccbbaa99887766554433221100'],
  ])('is refused when its bytes are counted: %s', (_, secret) => {
    expect(weaknessOf(secret)).toBeDefined();
  });

  it.each([
    ['hex', (bytes: Buffer) => bytes.toString('hex')],
    ['upper-case hex', (bytes: Buffer) => bytes.toString('hex').toUpperCase()],
    ['base64url', (bytes: Buffer) => bytes.toString('base64url')],
    ['base64url with padding', (bytes: Buffer) => bytes.toString('base64url') + '='],
  ])('stands for the same 32 bytes in %s', (_, write) => {
    const [bytes = Buffer.alloc(0)] = drawn(1, 32);
    expect(weaknessOf(write(bytes))).toBeUndefined();
    expect(bytesOf(write(bytes))).toEqual(bytes);
  });

  // Sixty thousand of them: test/slow/key-models.spec.ts.
  it.each(DRAWS)('is never refused when it is random: %i bytes in %s', (length, encoding) => {
    expect(refusedOf(drawn(300, length), encoding)).toEqual([]);
  });
});
