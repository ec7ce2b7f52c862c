import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import fc from 'fast-check';

const LIMIT = 64 * 1024;

/** Characters that are bytes: what is sent is written in Latin 1. */
const utf8 = (text: string): string => Buffer.from(text).toString('latin1');

/** One a line or parted by `|`. */
export function listed(text: string): string[] {
  return text.trim().split(/ *[|\n] */);
}

const NAMES = [
  ...listed(
    '__proto__ | constructor | prototype | toString | valueOf | hasOwnProperty | then | toJSON | length',
  ),
  ...listed('name | get | set | $where | 0 | -1 | a/b~c | a.b | a[b] | a b | ü'),
  '',
  ' ',
  '\0',
  '\u202e',
  'n'.repeat(5_000),
];

const TEXTS = [
  ...listed('1 | 007 | 1e3 | true | null | [] | {} | NaN | -0 | %00 | {{7*7}} | <script> | ../../etc/passwd'),
  ...listed(`a@b | a@b.c | @ | a@b@c | "a b"@c.d | ' OR 1=1 -- | rt_ | eyJhbGciOiJub25lIn0.e30. | ﬁ | 🦦`),
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  '\udc00\ud800',
  '\ufeff',
  '\ufffe',
  '\u202eabc',
  'e\u0301',
  'a\r\nSet-Cookie: x=1',
  `${'a'.repeat(300)}@b.example`,
  `rt_${'A'.repeat(100)}`,
  'x'.repeat(60_000),
  'a'.repeat(129),
  '😀'.repeat(128),
  '\u0300'.repeat(10_000),
  `${' '.repeat(30_000)}x`,
  '@.'.repeat(20_000),
];

const NUMBERS = listed('0 | -0 | 1e400 | -1e400 | 1e-400 | 9007199254740993 | 0.1').concat('1'.repeat(5_000));
const NO_JSON = listed(
  `01 | 0x1 | NaN | Infinity | 'a' | undefined | "\\x41" | "\\ud800 | /**/1 | +1 | .5 | 1. | "\t"`,
);

const BROKEN_UTF8 = ['\xff', '\xc0\xaf', '\xed\xa0\x80', '\xf4\x90\x80\x80', '\xe2\x82', '\x80', '\xfe\xff'];

/** Any character; that of fast-check builds a map of all of them first, which takes a second. */
const character = fc
  .integer({ min: 0, max: 0x10_ff_ff - 0x800 })
  .map((point) => String.fromCodePoint(point < 0xd800 ? point : point + 0x800));

const scalar = fc.oneof(
  fc.constantFrom(...TEXTS, null, true, false, 0, -1).map((value) => JSON.stringify(value)),
  fc.string({ unit: character }).map((value) => JSON.stringify(value)),
  fc.constantFrom(...NUMBERS),
  { weight: 1, arbitrary: fc.constantFrom(...NO_JSON) },
);

const deep = fc
  .tuple(
    fc.constantFrom(2, 31, 32, 33, 1_000, 16_000),
    fc.constantFrom<[string, string]>(['[', ']'], ['{"a":', '}'], ['[{"__proto__":', '}]']),
  )
  .map(([levels, [before, after]]) => `${before.repeat(levels)}1${after.repeat(levels)}`);

/** JSON around the limits: in bytes, in values, in one name given over and over. */
const huge = fc.oneof(
  fc.constantFrom(-1, 0, 1, 1_000_000).map((excess) => `{"x":"${'x'.repeat(LIMIT + excess - 8)}"}`),
  fc.constantFrom(500, 1_001, 9_000).map((count) => `{${numbered(count, (at) => `"${at.toString(36)}":0`)}}`),
  fc.constantFrom(500, 10_000).map((count) => `{${numbered(count, () => '"email":1')}}`),
  fc.constantFrom(500, 30_000).map((count) => `[${numbered(count, () => '0')}]`),
  fc.constantFrom(10_000).map((count) => `{"email":[${numbered(count, () => '[]')}]}`),
);

function numbered(count: number, item: (at: number) => string): string {
  return Array.from({ length: count }, (_, at) => item(at)).join(',');
}

// At the lowest quality, which is forty times faster; the content is zeros.
const bombs = fc.constantFrom(
  gzipSync(Buffer.alloc(10_000_000), { level: 1 }).toString('latin1'),
  brotliCompressSync(Buffer.alloc(10_000_000), { params: { [constants.BROTLI_PARAM_QUALITY]: 0 } }).toString(
    'latin1',
  ),
);

/** Members with the names a route knows and names it does not, some twice, with values of every kind. */
function objects(known: readonly string[], genuine: readonly string[]): fc.Arbitrary<string> {
  const nested = fc.oneof(
    fc.array(scalar, { maxLength: 3 }).map((items) => `[${items.join()}]`),
    scalar.map((value) => `{"email":${value},"toString":${value}}`),
    deep,
  );
  const value = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...genuine).map((text) => JSON.stringify(text)) },
    { weight: 4, arbitrary: scalar },
    nested,
  );
  const name = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...known) },
    fc.constantFrom(...NAMES),
    fc.string({ unit: character, maxLength: 8 }),
  );
  const member = fc.tuple(name, value).map((pair) => `${JSON.stringify(pair[0])}:${pair[1]}`);
  return fc.array(member, { maxLength: 5 }).map((members) => `{${members.join()}}`);
}

/** What stands where a JSON body should, byte for byte, as Latin 1. */
export function hostileBody(known: readonly string[], genuine: readonly string[]): fc.Arbitrary<string> {
  const json = fc.oneof(
    { weight: 8, arbitrary: objects(known, genuine) },
    { weight: 2, arbitrary: scalar },
    deep,
    huge,
  );
  const written = json.map(utf8);
  return fc.oneof(
    { weight: 8, arbitrary: written },
    written.map((text) => `\xef\xbb\xbf${text}`),
    written.map((text) => text.slice(0, -1)),
    written.map((text) => `${text}{}`),
    fc.tuple(written, fc.constantFrom(...BROKEN_UTF8)).map(([text, bytes]) => text.replace(/"/, `"${bytes}`)),
    json.map((text) => Buffer.from(text, 'utf16le').toString('latin1')),
    bombs,
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    fc.constantFrom(
      '',
      ' ',
      '\0',
      'email=a&password=b',
      '--x\r\nContent-Disposition: form-data\r\n\r\n--x--',
    ),
  );
}
