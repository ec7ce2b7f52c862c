import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import type { KeyringKey, NewKey } from '../platform/keyring';
import {
  makeSigningKey,
  publicJwkOf,
  publicMaterialOf,
  type SigningKey,
  signingKeyOf,
  thumbprintOf,
  verificationKeyOf,
} from './signing-key';

/** RFC 7638 section 3.1. */
const RFC_7638 = {
  kty: 'RSA',
  n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
  e: 'AQAB',
};
const RFC_7638_THUMBPRINT = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs';
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** Half as long as ours, which take half a second to make: test/slow/key-models.spec.ts makes one. */
function shortRsaKey(): NewKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1536 });
  return { id: thumbprintOf(publicKey), material: privateKey.export({ type: 'pkcs8', format: 'der' }) };
}

describe.each([
  ['ES256', 'EC', ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']],
  ['PS256', 'RSA', ['alg', 'e', 'kid', 'kty', 'n', 'use']],
] as const)('a signing key for %s', (algorithm, type, members) => {
  let made: KeyringKey;
  let key: SigningKey;
  let jwk: ReturnType<typeof publicJwkOf>;

  beforeAll(async () => {
    const material = algorithm === 'PS256' ? shortRsaKey() : await makeSigningKey(algorithm);
    made = { ...material, algorithm, createdAt: new Date() };
    key = signingKeyOf(made);
    jwk = publicJwkOf(key);
  });

  it('is bound to its algorithm', () => {
    expect(key.algorithm).toBe(algorithm);
    expect(jwk).toMatchObject({ kty: type, alg: algorithm, use: 'sig', kid: made.id });
  });

  it('publishes its public members and no other', () => {
    expect(Object.keys(jwk).toSorted()).toEqual(members);
    for (const member of PRIVATE_MEMBERS) expect(jwk).not.toHaveProperty(member);
    expect(createPublicKey({ key: jwk, format: 'jwk' }).equals(key.publicKey)).toBe(true);
  });

  it('publishes nothing of the private half under another name', () => {
    const secret = key.privateKey.export({ format: 'jwk' });
    const parts = PRIVATE_MEMBERS.map((member) => secret[member]).filter((part) => typeof part === 'string');
    expect(parts).not.toEqual([]);
    expect(parts.filter((part) => JSON.stringify(jwk).includes(part))).toEqual([]);
  });

  it('is the same key again after it was stored', () => {
    const message = Buffer.from('message');
    const again = signingKeyOf({ ...made, material: Buffer.from(made.material) });
    expect(verify('sha256', message, key.publicKey, sign('sha256', message, again.privateKey))).toBe(true);
  });

  it('leaves its public half when it retires, and nothing of the private one', () => {
    const material = publicMaterialOf(key);
    const left = verificationKeyOf({ ...made, material });
    expect(left).toMatchObject({ kid: key.kid, algorithm });
    expect(left.publicKey.equals(key.publicKey)).toBe(true);
    expect(() => signingKeyOf({ ...made, material })).toThrow(/asn1|decoder|unsupported/i);
  });
});

describe('the id of a signing key', () => {
  it('is the RFC 7638 thumbprint: the example of the RFC', () => {
    expect(thumbprintOf(createPublicKey({ key: RFC_7638, format: 'jwk' }))).toBe(RFC_7638_THUMBPRINT);
  });

  it('is the thumbprint for an elliptic curve, too', async () => {
    const made = await makeSigningKey('ES256');
    const { publicKey } = signingKeyOf({ ...made, algorithm: 'ES256', createdAt: new Date() });
    // The last 64 bytes of a P-256 SubjectPublicKeyInfo are the point's coordinates.
    const point = publicKey.export({ type: 'spki', format: 'der' }).subarray(-64);
    const [x, y] = [point.subarray(0, 32), point.subarray(32)].map((half) => half.toString('base64url'));
    const canonical = `{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`;
    expect(made.id).toBe(createHash('sha256').update(canonical).digest('base64url'));
  });

  it('is another for every key', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, async () => makeSigningKey('ES256')));
    expect(new Set(made.map(({ id }) => id)).size).toBe(20);
  });
});

it('a signing key for ES256 is of the strength of 128 bits', async () => {
  const key = signingKeyOf({ ...(await makeSigningKey('ES256')), algorithm: 'ES256', createdAt: new Date() });
  expect(key.privateKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
});

describe('a stored key', () => {
  it.each(['HS256', 'none', 'ES384', 'es256', ''])(
    'for %j is refused: this build does not sign with it',
    async (algorithm) => {
      const stored = { ...(await makeSigningKey('ES256')), algorithm, createdAt: new Date() };
      expect(() => signingKeyOf(stored)).toThrow(/does not support/);
    },
  );
});
