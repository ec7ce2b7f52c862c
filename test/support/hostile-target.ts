import fc from 'fast-check';
import { listed } from './hostile-body';

const SEGMENTS = [
  ...listed(
    'me | 0 | -1 | 1e9 | null | __proto__ | %00 | %ff | %c0%af | %zz | % | %2e%2e | .. | . | %2f | %5c | %0d%0a',
  ),
  ...listed(`..%2f..%2fetc%2fpasswd | %F0%9F%A6%A6 | \xff | ' | * | {id} | :id | ;a=b | %u0041 | $%7Bx%7D`),
  ...listed('019abcde-0000-7000-8000-000000000000 | 019ABCDE-0000-7000-8000-00000000000g'),
  'a'.repeat(5_000),
  '%41'.repeat(4_000),
];

const QUERIES = [
  ...listed(
    '? | ?? | ?= | ?&&& | ?a | ?%zz | ?%00=%00 | ?\xff | ?__proto__[x]=1 | ?constructor=1 | ?useCookies=true',
  ),
  ...listed(
    '?limit=-1 | ?limit=1e9 | ?limit=1&limit=2 | ?limit[]=1 | ?cursor=%00 | ?from=0 | ?useCookies=%F0 | ?#x',
  ),
  ...listed(
    `?limit=0x10 | ?limit= | ?cursor=${'A'.repeat(22)} | ?includeCurrent=TRUE | ?includeCurrent=true`,
  ),
  `?cursor=${'A'.repeat(9_000)}`,
  `?${'a=1&'.repeat(3_000)}`,
  `?${'a[]'.repeat(2_000)}`,
  `?${'x'.repeat(20_000)}`,
];

/** A route's own address, or one that is nearly it. */
export function hostileTarget(url: string): fc.Arbitrary<string> {
  const segment = fc.constantFrom(...SEGMENTS);
  const own = segment.map((text) => url.replace(/:\w+|\*/g, () => text));
  const path = fc.oneof(
    { weight: 12, arbitrary: own },
    fc.tuple(own, segment).map((parts) => parts.join('/')),
    fc
      .tuple(own, fc.nat(20))
      .map(([text, at]) => text.slice(0, at) + encoded(text.charAt(at)) + text.slice(at + 1)),
    own.map((text) => text.replaceAll('/', '//')),
    own.map((text) => `/..${text}/../x`),
    own.map((text) => `http://elsewhere.example${text}`),
    own.map((text) => text.toUpperCase()),
    fc.constantFrom('*', '/', '//', 'x', 'http://', 'http://[::1', '/\t', `/${'a'.repeat(17_000)}`),
  );
  const query = fc.option(fc.constantFrom(...QUERIES), { nil: '' });
  return fc.tuple(path, query).map((parts) => parts.join(''));
}

function encoded(character: string): string {
  return character && `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
