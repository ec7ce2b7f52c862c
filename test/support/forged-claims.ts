import { type KeyObject, sign } from 'node:crypto';
import { base64url, type Json, type Jws, readJws, signer, writeJws } from './jws';

const HOUR = 3_600;
const STRANGER = '019abcde-0000-7000-8000-000000000000';

/** Makes tokens with our own signing key, as an attacker could who had them signed: only what a token says is wrong. */
export class Forger {
  private readonly jws: Jws;

  /**
   * @param genuine a live access token of ours
   * @param now in seconds since the epoch
   */
  constructor(
    readonly genuine: string,
    readonly key: KeyObject,
    readonly now: () => number,
  ) {
    this.jws = readJws(genuine);
  }

  get claims(): Json {
    return this.jws.claims;
  }

  get header(): Json {
    return this.jws.header;
  }

  signed(header: Json, payload: Json | string): string {
    return writeJws(header, payload, signer('ES256', this.key));
  }

  /** Signs text as it is. */
  signedAs(text: string): string {
    return `${text}.${base64url(signer('ES256', this.key)(text))}`;
  }

  /** A token with other claims; `undefined` leaves out. */
  claiming(changed: Json): string {
    return this.signed(this.header, { ...this.claims, ...changed });
  }
}

type Forgery = (forger: Forger) => string;

const NAMES = 'iss aud sub client_id sid jti iat exp auth_time acr amr roles ver'.split(' ');

const WITHOUT = NAMES.flatMap((name): [string, Forgery][] => [
  [`without ${name}`, (forger) => forger.claiming({ [name]: undefined })],
  [`with ${name} null`, (forger) => forger.claiming({ [name]: null })],
  [`with ${name} as an object`, (forger) => forger.claiming({ [name]: { toString: 1 } })],
]);

const CLAIMS: Readonly<Record<string, Json>> = {
  'of another issuer': { iss: 'https://evil.example.test' },
  'of an issuer that differs in a slash': { iss: 'https://auth.example.test/' },
  'of an issuer that differs in case': { iss: 'https://AUTH.example.test' },
  'of several issuers': { iss: ['https://auth.example.test'] },
  'for another audience': { aud: 'https://other.example.test' },
  'for an audience that ours begins': { aud: 'https://auth.example.test.evil.example' },
  'for a list of others': { aud: ['https://other.example.test'] },
  'for a list with others and ours': { aud: ['https://other.example.test', 'https://auth.example.test'] },
  'for no audience': { aud: [] },
  'of another client': { client_id: 'third-party' },
  'about a number': { sub: 1 },
  'about no identifier': { sub: 'admin' },
  'about a list': { sub: [STRANGER] },
  'of no session': { sid: "' OR 1=1 --" },
  'with roles as text': { roles: 'admin' },
  'with roles of numbers': { roles: [1] },
  'with methods as text': { amr: 'pwd' },
  'of a level that does not exist': { acr: 'aal3' },
  'with a version as text': { ver: '1' },
};

const TIMES: Readonly<Record<string, (forger: Forger) => Json>> = {
  'expired this second': (forger) => ({ exp: forger.now() }),
  'expired in the last century': () => ({ exp: 0 }),
  'expired before the epoch': (forger) => ({ exp: -forger.now() }),
  'expiring as text': (forger) => ({ exp: String(forger.now() + 60) }),
  'expiring within a second': (forger) => ({ exp: forger.now() + 60.5 }),
  'expiring never': () => ({ exp: Number.MAX_SAFE_INTEGER }),
  'expiring after never': () => ({ exp: 1e300 }),
  'living longer than any token of ours': (forger) => ({ exp: forger.now() + HOUR + 1 }),
  'older than ACCESS_TOKEN_MINUTES, which was longer then': (forger) => ({
    iat: forger.now() - 901,
    exp: forger.now() + 299,
  }),
  'issued 31 seconds ahead': (forger) => ({ iat: forger.now() + 31 }),
  'issued as text': (forger) => ({ iat: String(forger.now()) }),
  'issued before the epoch': () => ({ iat: -1 }),
  'not valid for another 31 seconds': (forger) => ({ nbf: forger.now() + 31 }),
  'not valid before a text': () => ({ nbf: 'now' }),
  'of a sign-in of tomorrow': (forger) => ({ auth_time: forger.now() + 24 * HOUR }),
  'of a sign-in that no calendar has': () => ({ auth_time: Number.MAX_SAFE_INTEGER }),
};

const HEADERS: Readonly<Record<string, Json>> = {
  'typ JWT': { typ: 'JWT' },
  'typ application/at+jwt': { typ: 'application/at+jwt' },
  'typ AT+JWT': { typ: 'AT+JWT' },
  'no typ': { typ: undefined },
  'no kid': { kid: undefined },
  'a kid that is not known': { kid: 'unknown' },
  'no alg': { alg: undefined },
  'a critical extension': { crit: ['exp'] },
  'an unencoded payload': { b64: false, crit: ['b64'] },
  'a compressed payload': { zip: 'DEF' },
  'a key of its own': { jwk: {} },
  'a place for keys': { jku: 'https://auth.example.test/.well-known/jwks.json' },
  'a place for certificates': { x5u: 'https://auth.example.test/cert.pem' },
  'a content type': { cty: 'JWT' },
};

const PAYLOADS: Readonly<Record<string, Forgery>> = {
  'another token': (forger) => forger.genuine,
  'text that is no JSON': () => '{',
  'a list': (forger) => JSON.stringify([forger.claims]),
  'a text': () => JSON.stringify('claims'),
  null: () => 'null',
  'a claim twice, the stranger first': (forger) =>
    JSON.stringify(forger.claims).replace('{', `{"sub":"${STRANGER}",`),
  'a claim twice, the stranger last': (forger) =>
    JSON.stringify(forger.claims).replace(/}$/, `,"sub":"${STRANGER}"}`),
  'a claim twice, once escaped': (forger) =>
    JSON.stringify(forger.claims).replace('{', `{"s\\u0075b":"${STRANGER}",`),
};

const WRITTEN: Readonly<Record<string, Forgery>> = {
  'with a member twice in its header': (forger) => {
    const head = base64url(JSON.stringify(forger.header).replace('{', '{"alg":"none",'));
    return forger.signedAs(`${head}.${readJws(forger.genuine).parts[1]}`);
  },
  'with the signature in DER': (forger) =>
    writeJws(forger.header, forger.claims, (text) => sign('sha256', Buffer.from(text), forger.key)),
  'with padded parts, though the signature covers the padding': (forger) => {
    const [head, payload] = readJws(forger.genuine).parts.map((part) => part + '='.repeat(-part.length & 3));
    return forger.signedAs(`${head}.${payload}=`);
  },
};

/** Tokens under our own signature that are refused. */
export const FORGED_CLAIMS: readonly [string, Forgery][] = [
  ...WITHOUT,
  ...Object.entries(CLAIMS).map(([what, changed]): [string, Forgery] => [
    what,
    (forger) => forger.claiming(changed),
  ]),
  ...Object.entries(TIMES).map(([what, changed]): [string, Forgery] => [
    what,
    (forger) => forger.claiming(changed(forger)),
  ]),
  ...Object.entries(HEADERS).map(([what, changed]): [string, Forgery] => [
    `with ${what} in its header`,
    (forger) => forger.signed({ ...forger.header, ...changed }, forger.claims),
  ]),
  ...Object.entries(PAYLOADS).map(([what, payload]): [string, Forgery] => [
    `with a payload that is ${what}`,
    (forger) => forger.signed(forger.header, payload(forger)),
  ]),
  ...Object.entries(WRITTEN),
];

/** Tokens under our own signature that are accepted: what is refused above is refused for what it says. */
export const GOOD_CLAIMS: readonly [string, Forgery][] = [
  ['nothing changed', (forger) => forger.claiming({})],
  [
    'an iat 29 seconds ahead',
    (forger) => forger.claiming({ iat: forger.now() + 29, exp: forger.now() + 900 }),
  ],
  ['an nbf of now', (forger) => forger.claiming({ nbf: forger.now() })],
  ['a second to live', (forger) => forger.claiming({ exp: forger.now() + 1 })],
];
