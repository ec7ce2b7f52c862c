import { isPlainText, normalizePlainText } from './plain-text';

describe('text that people write', () => {
  it.each([
    [{ maxLength: 10 }, '  a  ', 'a'],
    [{ maxLength: 10 }, 'e\u0301', '\u00e9'],
    [{ maxLength: 10, multiline: true }, ' a\r\nb\rc\n', 'a\nb\nc'],
    [{ maxLength: 10 }, 'a\r\nb', 'a\r\nb'],
    [{ maxLength: 1 }, ' '.repeat(9), ' '.repeat(9)],
    [{ maxLength: 10 }, 7, 7],
  ])('by %j: %j is kept as %j', (rule, value, kept) => {
    expect(normalizePlainText(value, rule)).toBe(kept);
  });

  it.each([
    [{ maxLength: 3 }, 'abc', true],
    [{ maxLength: 3 }, '𝓐𝓭𝓪', true],
    [{ maxLength: 3 }, 'abcd', false],
    [{ maxLength: 3 }, '', false],
    [{ maxLength: 9 }, 'a\nb', false],
    [{ maxLength: 9, multiline: true }, 'a\n\tb', true],
    [{ maxLength: 9, multiline: true }, 'a\rb', false],
    [{ maxLength: 9, multiline: true }, 'a\u0000', false],
    [{ maxLength: 9, multiline: true }, 'a\u202eb', false],
    [{ maxLength: 9, multiline: true }, '\ud800', false],
    [{ maxLength: 9 }, 7, false],
  ])('by %j: %j is text: %s', (rule, value, expected) => {
    expect(isPlainText(value, rule)).toBe(expected);
  });
});
