import fc from 'fast-check';
import { listed } from './hostile-body';

const TYPES = [
  ...listed(
    'application/json; charset=utf-8 | application/json; charset=utf-7 | application/json; charset="',
  ),
  ...listed(
    'text/plain | multipart/form-data; boundary=x | application/x-www-form-urlencoded | application/__proto__',
  ),
  ...listed('APPLICATION/JSON ;x=y | / | ; | application/json;;; | application/json\xff'),
  '',
  'application/json\t',
  `${'a'.repeat(5_000)}/b`,
];

const CREDENTIALS = [
  ...listed('Bearer | bearer a b | Basic Og== | Bearer \xff | Digest x'),
  '',
  'Bearer ',
  `Bearer ${'a'.repeat(15_000)}`,
  `Bearer ${'.'.repeat(10_000)}`,
  `Bearer ${'a'.repeat(64_000)}`,
];

const COOKIES = [
  ...listed('__Host-access=a; __Host-access=b | ;;==;__proto__=1; =; \xff'),
  ...[1_500, 10_000].map((count) => Array.from({ length: count }, (_, at) => `c${at}=`).join(';')),
];

const OTHERS = listed(`
  x-request-id: a | x-request-id: a b | x-request-id: __proto__ | x-request-id: %0d%0aevil: 1 | x-request-id: \xff
  __proto__: 1 | constructor: 1 | !#$%&*+.^_~: odd | x: | x | : x | x : y | x: a\0b | x: a\rb
  host: other.example | host: | host: a b | accept: */*;q=x | accept-encoding: gzip;q=2 | accept-version: 2.x
  origin: null | sec-fetch-site: cross-site | x-forwarded-for: ::1, x | x-forwarded-host: evil | forwarded: for=_
  expect: 100-continue | expect: 200-ok | te: trailers | trailer: x | upgrade: h2c | upgrade: websocket | max-forwards: 0
  connection: upgrade | connection: keep-alive | connection: \xff | keep-alive: timeout=99999 | date: 0 | via: 1.1 x
  range: bytes=9-1 | range: bytes=0-0,-1 | if-none-match: * | if-match: "x" | if-modified-since: never
  if-unmodified-since: Thu, 01 Jan 1970 00:00:00 GMT | x-http-method-override: DELETE | x-original-url: /docs
`);

const HEADERS = [
  ...TYPES.map((type) => `content-type: ${type}`),
  ...listed('gzip | br | deflate | zstd | identity | gzip, br | unknown').map(
    (coding) => `content-encoding: ${coding}`,
  ),
  ...CREDENTIALS.map((credentials) => `authorization: ${credentials}`),
  ...COOKIES.map((cookies) => `cookie: ${cookies}`),
  ...OTHERS,
  ' folded',
  'x: a\nb',
  `x: ${'a'.repeat(64_000)}`,
  `${'a'.repeat(10_000)}: x`,
  Array.from({ length: 2_500 }, (_, at) => `${at.toString(36)}:`).join('\r\n'),
];

const someHeader = fc
  .tuple(fc.stringMatching(/^[!#$%&'*+.^_`|~\w-]{1,20}$/), fc.stringMatching(/^[\x20-\x7e\x80-\xff]{0,50}$/))
  // What frames the message is the business of `framing`.
  .filter(([name]) => !/^(content-length|transfer-encoding)$/i.test(name))
  .map((pair) => pair.join(': '));

/** Header lines, the type that a body should have among them more often than not. */
export const hostileHeaders: fc.Arbitrary<string[]> = fc
  .tuple(
    fc.nat(4),
    fc.array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...HEADERS) }, someHeader), { maxLength: 2 }),
  )
  .map(([typed, others]) => (typed > 0 ? ['content-type: application/json', ...others] : others));
