import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { lengthOf, normalisePassword, Password } from './password';

describe('the length of a password', () => {
  it.each([
    ['letters', 'correct horse', 13],
    ['emoji, one each', '🦦🦦🦦', 3],
    ['a family of joined emoji', '👩‍👩‍👧', 5],
    ['a letter and its accent, composed', 'e\u0301', 1],
    ['the composed letter', '\u00e9', 1],
    ['a letter whose composed form is longer', '\u0958', 2],
    ['a conjoining Hangul syllable', '\u1112\u1161\u11ab', 1],
    ['white space and NUL', ' \0 ', 3],
  ])('counts code points of %s', (_, password, length) => {
    expect(lengthOf(password)).toBe(length);
  });
});

describe('the normal form of a password', () => {
  it('is one for a text typed on two systems', () => {
    expect(normalisePassword('Zoe\u0308')).toBe(normalisePassword('Zo\u00eb'));
  });

  it.each([
    ['a ligature', '\ufb01'],
    ['a superscript', '\u00b2'],
    ['fullwidth letters', 'ａｂ'],
    ['upper case', 'ABC'],
    ['white space around it', '  abc  '],
  ])('keeps %s: different texts stay different', (_, password) => {
    expect(normalisePassword(password)).toBe(password);
  });
});

describe('a property that holds a password', () => {
  class Request {
    @Password()
    readonly password: unknown;
  }

  const received = (password: unknown) => {
    const request = plainToInstance(Request, { password });
    const faults = validateSync(request).flatMap(({ constraints }) => Object.keys(constraints ?? {}));
    return { password: request.password, faults };
  };

  it.each([
    ['one character', 'a'],
    ['white space', '   '],
    ['a NUL', 'a\0b'],
    ['128 letters', 'a'.repeat(128)],
    ['128 emoji', '🦦'.repeat(128)],
    ['128 characters once composed', 'e\u0301'.repeat(128)],
    ['what is not normalised', 'Zoe\u0308'],
  ])('takes %s, untouched', (_, password) => {
    expect(received(password)).toEqual({ password, faults: [] });
  });

  it.each([
    ['nothing', ''],
    ['129 letters', 'a'.repeat(129)],
    ['129 emoji', '🦦'.repeat(129)],
    ['129 once composed', '\u0958'.repeat(65)],
    ['a lone high surrogate', 'abc\ud800'],
    ['a lone low surrogate', '\udc00abc'],
    ['surrogates in the wrong order', '\udc00\ud800'],
    ['a number', 123456789012345],
    ['null', null],
    ['an absent value', undefined],
    ['a list', ['teal otters juggle']],
    ['an object', { length: 15 }],
  ])('refuses %s', (_, password) => {
    expect(received(password).faults).toEqual(['passphrase']);
  });
});
