import { createHmac, createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import type { ProblemBody } from './api';
import type { TestApp } from './app';
import {
  base64url,
  type Json,
  type Jws,
  type PublishedKey,
  readJws,
  signer,
  thumbprintOf,
  writeJws,
} from './jws';

const thief = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const thiefSigns = signer('ES256', thief.privateKey);
const thiefDer = thief.publicKey.export({ type: 'spki', format: 'der' });
export const thiefJwk: JsonWebKey = thief.publicKey.export({ format: 'jwk' });

/** What an attacker makes of a genuine token and our public key, without our private one. */
export class Attack {
  readonly jws: Jws;

  /** @param keysUrl where the attacker serves a key set */
  constructor(
    readonly genuine: string,
    readonly ours: PublishedKey,
    readonly keysUrl: string,
  ) {
    this.jws = readJws(genuine);
  }

  /** The genuine claims under a header of the attacker's making. */
  signedByThief(header: Json): string {
    return writeJws({ ...this.jws.header, ...header }, this.jws.claims, thiefSigns);
  }

  unsigned(alg: string): string {
    return writeJws({ ...this.jws.header, alg }, this.jws.claims, () => '');
  }

  keyedWith(secret: string | Buffer): string {
    return writeJws({ ...this.jws.header, alg: 'HS256' }, this.jws.claims, (signed) =>
      createHmac('sha256', secret).update(signed).digest(),
    );
  }

  ourPublicKey(format: 'pem' | 'der'): string | Buffer {
    const key = createPublicKey({ key: this.ours, format: 'jwk' });
    return key.export({ type: 'spki', format: format as 'pem' });
  }

  /** One bit of one part turned over; the part stays base64url. */
  flipped(index: 0 | 1 | 2): string {
    return this.jws.parts
      .map((part, at) => {
        if (at !== index) return part;
        const bytes = Buffer.from(part, 'base64url');
        bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
        return base64url(bytes);
      })
      .join('.');
  }

  /** The genuine claims under a header of the attacker's making, over the genuine signature. */
  relabelled(header: Json): string {
    return [base64url({ ...this.jws.header, ...header }), ...this.jws.parts.slice(1)].join('.');
  }

  withSignature(signature: Buffer | string): string {
    return [...this.jws.parts.slice(0, 2), base64url(signature)].join('.');
  }
}

/** The same bytes in other characters: 64 bytes leave four bits of the last character unused. */
function respelled(token: string): string {
  const [header, payload, signature] = readJws(token).parts;
  const bytes = Buffer.from(signature, 'base64url');
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const other = Array.from(alphabet)
    .map((last) => signature.slice(0, -1) + last)
    .find((text) => text !== signature && Buffer.from(text, 'base64url').equals(bytes));
  return `${header}.${payload}.${other}`;
}

type Forgery = (attack: Attack) => string;

const ALGORITHMS: Readonly<Record<string, Forgery>> = {
  none: (attack) => attack.unsigned('none'),
  None: (attack) => attack.unsigned('None'),
  nOnE: (attack) => attack.unsigned('nOnE'),
  empty: (attack) => attack.unsigned(''),
  absent: (attack) => writeJws({ typ: 'at+jwt', kid: attack.ours.kid }, attack.jws.claims, thiefSigns),
  'a number': (attack) => attack.relabelled({ alg: 256 }),
  'HS256 under our public key as PEM': (attack) => attack.keyedWith(attack.ourPublicKey('pem')),
  'HS256 under our public key as DER': (attack) => attack.keyedWith(attack.ourPublicKey('der')),
  'HS256 under our public key as JWK': (attack) => attack.keyedWith(JSON.stringify(attack.ours)),
  'HS256 under the two numbers of our public key': (attack) =>
    attack.keyedWith(Buffer.from(`${attack.ours.x}${attack.ours.y}`, 'base64url')),
  'HS256 under nothing': (attack) => attack.keyedWith(''),
  'one the key is not for': (attack) => attack.relabelled({ alg: 'ES384' }),
};

const KEYS: Readonly<Record<string, Forgery>> = {
  'another one under our kid': (attack) => attack.signedByThief({}),
  'its own, unknown here': (attack) => attack.signedByThief({ kid: thumbprintOf(thiefJwk) }),
  'embedded as jwk': (attack) => attack.signedByThief({ jwk: thiefJwk }),
  'embedded as jwk under its own kid': (attack) =>
    attack.signedByThief({ jwk: thiefJwk, kid: thumbprintOf(thiefJwk) }),
  'behind jku': (attack) => attack.signedByThief({ jku: attack.keysUrl }),
  'behind x5u': (attack) => attack.signedByThief({ x5u: attack.keysUrl }),
  'behind a kid that is a URL': (attack) => attack.signedByThief({ kid: attack.keysUrl }),
  'in x5c': (attack) => attack.signedByThief({ x5c: [base64url(thiefDer)] }),
  absent: (attack) => writeJws({ alg: 'ES256', typ: 'at+jwt' }, attack.jws.claims, thiefSigns),
  'a list': (attack) => attack.signedByThief({ kid: [attack.ours.kid] }),
  'a file': (attack) => attack.signedByThief({ kid: '../../../../dev/null' }),
  'a query': (attack) => attack.signedByThief({ kid: "' UNION SELECT 'key' --" }),
  'named __proto__': (attack) => attack.signedByThief({ kid: '__proto__' }),
  'named constructor': (attack) => attack.signedByThief({ kid: 'constructor' }),
  'named toString': (attack) => attack.signedByThief({ kid: 'toString' }),
  'a name without end': (attack) => attack.signedByThief({ kid: 'k'.repeat(8_000) }),
};

const ALTERED: Readonly<Record<string, Forgery>> = {
  'a flipped bit in its header': (attack) => attack.flipped(0),
  'a flipped bit in its payload': (attack) => attack.flipped(1),
  'a flipped bit in its signature': (attack) => attack.flipped(2),
  'its signature in another spelling of the same bytes': (attack) => respelled(attack.genuine),
  padding: (attack) => `${attack.genuine}==`,
  'a space in it': (attack) => attack.genuine.replace('.', '. '),
  'a tab in it': (attack) => attack.genuine.replace('.', '.\t'),
  'its last character missing': (attack) => attack.genuine.slice(0, -1),
  'its signature missing': (attack) => attack.jws.parts.slice(0, 2).join('.'),
  'an empty signature': (attack) => attack.withSignature(''),
  'a signature of zeros, which broken verifiers take for anything': (attack) =>
    attack.withSignature(Buffer.alloc(64)),
  'a fourth part': (attack) => `${attack.genuine}.${attack.jws.parts[2]}`,
  'a fourth, empty part': (attack) => `${attack.genuine}.`,
  'its parts empty': () => '..',
  'the scheme twice': (attack) => `Bearer ${attack.genuine}`,
  'ten kilobytes more': (attack) => `${attack.genuine}${'A'.repeat(10_000)}`,
  'itself inside, unsigned': (attack) =>
    writeJws({ ...attack.jws.header, alg: 'none' }, attack.genuine, () => ''),
};

function titled(title: string, forgeries: Readonly<Record<string, Forgery>>): [string, Forgery][] {
  return Object.entries(forgeries).map(([what, forge]) => [`${title} ${what}`, forge]);
}

/** Those whose key is somewhere else, where it must not be looked for. */
export const KEYS_ELSEWHERE = titled('whose key is', KEYS).filter(([what]) => /behind|jwk/.test(what));

/** Tokens that are refused. */
export const FORGED_TOKENS: readonly [string, Forgery][] = [
  ...titled('whose algorithm is', ALGORITHMS),
  ...titled('whose key is', KEYS),
  ...titled('of ours with', ALTERED),
];

/** The application refuses the token with the challenge of RFC 6750. */
export async function expectInvalidToken({ api }: Pick<TestApp, 'api'>, token: string): Promise<void> {
  const { status, headers, body } = await api.get<ProblemBody>('/v1/auth/principal', { token });
  expect([status, body.code]).toEqual([401, 'invalid-token']);
  expect(headers.get('www-authenticate')).toBe('Bearer realm="Gatehouse", error="invalid_token"');
}
