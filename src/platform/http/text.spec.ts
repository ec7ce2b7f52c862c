import { isText, withoutEdges } from './text';

describe('text that people write', () => {
  it.each([
    [{ longest: 10 }, '  a  ', 'a'],
    [{ longest: 10 }, 'e\u0301', '\u00e9'],
    [{ longest: 10, lines: true }, ' a\r\nb\rc\n', 'a\nb\nc'],
    [{ longest: 10 }, 'a\r\nb', 'a\r\nb'],
    [{ longest: 1 }, ' '.repeat(9), ' '.repeat(9)],
    [{ longest: 10 }, 7, 7],
  ])('by %j: %j is kept as %j', (rule, value, kept) => {
    expect(withoutEdges(value, rule)).toBe(kept);
  });

  it.each([
    [{ longest: 3 }, 'abc', true],
    [{ longest: 3 }, '𝓐𝓭𝓪', true],
    [{ longest: 3 }, 'abcd', false],
    [{ longest: 3 }, '', false],
    [{ longest: 9 }, 'a\nb', false],
    [{ longest: 9, lines: true }, 'a\n\tb', true],
    [{ longest: 9, lines: true }, 'a\rb', false],
    [{ longest: 9, lines: true }, 'a\u0000', false],
    [{ longest: 9, lines: true }, 'a\u202eb', false],
    [{ longest: 9, lines: true }, '\ud800', false],
    [{ longest: 9 }, 7, false],
  ])('by %j: %j is text: %s', (rule, value, expected) => {
    expect(isText(value, rule)).toBe(expected);
  });
});
