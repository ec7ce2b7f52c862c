import { ACCESS } from './cookies';

/** Cookie headers without a cookie of ours. */
export const NO_COOKIES: readonly [string, string][] = [
  ['nothing', ''],
  ['a semicolon', ';'],
  ['a sign between nothings', '='],
  ['semicolons and signs', ';;;=;=;;'],
  ['our name alone', ACCESS],
  ['our name among others', `a; ${ACCESS}; b`],
  ['our name as a value', `a=${ACCESS}`],
  ['ten thousand letters', 'a'.repeat(10_000)],
  ['ten thousand semicolons', ';'.repeat(10_000)],
  ['five thousand pairs of nothings', '=;'.repeat(5_000)],
  ['five thousand blanks, and again', `a${' '.repeat(5_000)}b;${'\t '.repeat(2_500)}c`],
  ['a thousand pairs', Array.from({ length: 1_000 }, (_, index) => `c${index}=v`).join('; ')],
];

/** Values that are no token. */
export const WORTHLESS: readonly [string, string][] = [
  ['nothing', ''],
  ['quotes', '""'],
  ['an escaped NUL', '%00'],
  ['only dots', '..'],
  ['an object', '{"alg":"none"}'],
  ['a further =', 'a=b=c'],
  ['a key of objects', '__proto__'],
  ['ten thousand letters', 'a'.repeat(10_000)],
  ['a thousand dots', '.'.repeat(1_000)],
  ['letters beyond ASCII', '\u00fc\u00ff'],
];

/** Names that a browser holds for another than ours, and which a sibling subdomain may set. */
export const LOOKALIKES: readonly string[] = [
  `x${ACCESS}`,
  `${ACCESS}2`,
  `${ACCESS}.`,
  '__host-access',
  '__HOST-ACCESS',
  '__Host-Access',
  '__Secure-access',
  'Host-access',
  'access',
  `${ACCESS} `,
  `${ACCESS}\t`,
  `"${ACCESS}"`,
  `%5f%5fHost-access`,
  `\u00a0${ACCESS}`,
  `${ACCESS}\u00a0`,
  `=${ACCESS}`,
  `$Version=1, ${ACCESS}`,
  `a="b", ${ACCESS}`,
];

/** What may stand between two cookies. */
export const SEPARATORS: readonly string[] = [';', '; ', ';  ', ';\t', ';;; '];

/** Two values of one cookie, of which one may be good. */
export const TWICE: readonly [string, (value: string) => [string, string]][] = [
  ['the good one first', (value) => [value, 'planted']],
  ['the good one last', (value) => ['planted', value]],
  ['with equal values', (value) => [value, value]],
  ['one of them empty', (value) => [value, '']],
];
