import { accessTokenHeaderOf } from './compact-jws';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const HEADER = { alg: 'ES256', typ: 'at+jwt', kid: 'key-1' };
const PAYLOAD = encode({ sub: 'ada' });
const SIGNATURE = Buffer.alloc(64, 7).toString('base64url');
const token = (header: unknown) => `${encode(header)}.${PAYLOAD}.${SIGNATURE}`;

describe('the header of an access token', () => {
  it('is read where the token has the form of ours', () => {
    expect(accessTokenHeaderOf(token(HEADER))).toEqual({ alg: 'ES256', kid: 'key-1' });
  });

  it('may have its members in any order', () => {
    expect(accessTokenHeaderOf(token({ kid: 'key-1', typ: 'at+jwt', alg: 'ES256' }))).toEqual({
      alg: 'ES256',
      kid: 'key-1',
    });
  });

  it.each([
    ['no algorithm', { typ: 'at+jwt', kid: 'key-1' }],
    ['no type', { alg: 'ES256', kid: 'key-1' }],
    ['no key', { alg: 'ES256', typ: 'at+jwt' }],
    ['the type of an ID token', { ...HEADER, typ: 'JWT' }],
    ['the type in another case', { ...HEADER, typ: 'AT+JWT' }],
    ['the long form of the type', { ...HEADER, typ: 'application/at+jwt' }],
    ['a key of its own', { ...HEADER, jwk: { kty: 'EC' } }],
    ['an address of keys', { ...HEADER, jku: 'https://evil.example/jwks.json' }],
    ['a certificate', { ...HEADER, x5c: ['MIIB'] }],
    ['the address of a certificate', { ...HEADER, x5u: 'https://evil.example' }],
    ['an extension it insists on', { ...HEADER, crit: ['b64'], b64: false }],
    ['an encryption', { ...HEADER, enc: 'A256GCM' }],
    ['compression', { ...HEADER, zip: 'DEF' }],
    ['an algorithm that is no text', { ...HEADER, alg: ['ES256'] }],
    ['a key that is no text', { ...HEADER, kid: 1 }],
    ['members run together', { 'alg,kid,typ': 'at+jwt' }],
    ['nothing in it', {}],
    ['a list instead', [HEADER]],
    ['a text instead', 'ES256'],
    ['null instead', null],
  ])('is refused with %s', (_, header) => {
    expect(accessTokenHeaderOf(token(header))).toBeUndefined();
  });

  it.each([
    ['nothing', ''],
    ['dots', '..'],
    ['two parts', `${encode(HEADER)}.${PAYLOAD}`],
    ['four parts', `${token(HEADER)}.${SIGNATURE}`],
    ['five parts, as an encrypted token has', `${token(HEADER)}.${SIGNATURE}.${SIGNATURE}`],
    ['no signature', `${encode(HEADER)}.${PAYLOAD}.`],
    ['no payload', `${encode(HEADER)}..${SIGNATURE}`],
    ['a header that is no JSON', `${Buffer.from('{alg').toString('base64url')}.${PAYLOAD}.${SIGNATURE}`],
    ['padding', `${encode(HEADER)}.${PAYLOAD}.${SIGNATURE}==`],
    ['white space around it', ` ${token(HEADER)}`],
    ['a line break at its end', `${token(HEADER)}\n`],
    ['white space inside a part', token(HEADER).replace('.', ' .')],
    ['the alphabet of base64', `${encode(HEADER)}.${PAYLOAD}.${'+/'.repeat(43)}`],
    ['bits left over in the signature', `${token(HEADER).slice(0, -1)}x`],
    ['more than 4096 characters', `${encode(HEADER)}.${encode({ sub: 'a'.repeat(3_000) })}.${SIGNATURE}`],
  ])('is not looked for in a token with %s', (_, text) => {
    expect(accessTokenHeaderOf(text)).toBeUndefined();
  });

  it.each([
    ['a name twice', '{"alg":"none","alg":"ES256","typ":"at+jwt","kid":"key-1"}'],
    ['white space', '{ "alg":"ES256","typ":"at+jwt","kid":"key-1"}'],
    ['an escaped name', '{"\\u0061lg":"ES256","typ":"at+jwt","kid":"key-1"}'],
  ])('is refused where another reader could read it differently: %s', (_, header) => {
    const text = `${Buffer.from(header).toString('base64url')}.${PAYLOAD}.${SIGNATURE}`;
    expect(accessTokenHeaderOf(text)).toBeUndefined();
  });

  it.each([
    ['a list', []],
    ['a text', 'ada'],
    ['null', null],
  ])('is refused with a payload that is %s', (_, payload) => {
    expect(accessTokenHeaderOf(`${encode(HEADER)}.${encode(payload)}.${SIGNATURE}`)).toBeUndefined();
  });

  it('is read in a token of up to 4096 characters', () => {
    const tokenWith = (length: number) => {
      const payload = encode({ sub: 'a'.repeat(length) });
      return `${encode(HEADER)}.${payload}.${SIGNATURE}`;
    };
    const longest = Array.from({ length: 4096 }, (_, length) => tokenWith(length)).findLast(
      ({ length }) => length <= 4096,
    );
    expect(longest?.length).toBeGreaterThan(4094);
    expect(accessTokenHeaderOf(longest ?? '')).toBeDefined();
  });
});
