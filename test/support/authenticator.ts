import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';

/** What a page and an authenticator put into a signature; a test alters any of it. */
export interface Ceremony {
  readonly origin?: string;
  readonly rpId?: string;
  readonly type?: string;
  readonly challenge?: string;
  /** Further members of the client data. */
  readonly client?: Readonly<Record<string, unknown>>;
  /** Of the authenticator data, in place of the ones that follow from the options. */
  readonly flags?: number;
  readonly signCount?: number;
  /** In place of the signature. */
  readonly signature?: Buffer;
  readonly userHandle?: string | null;
  /** The whole of `clientDataJSON`. */
  readonly clientDataJSON?: string;
}

export interface AuthenticatorOptions {
  /** The origin of the page. */
  readonly origin: string;
  readonly rpId: string;
  /** Of COSE: -7 ES256, -8 EdDSA, -257 RS256. Other numbers are claimed for a key of ES256. */
  readonly algorithm?: number;
  /** Whether the passkey is backup eligible, as those of password managers. */
  readonly isSynced?: boolean;
}

export interface RequestOptions {
  readonly challenge: string;
}
export interface CreationOptions extends RequestOptions {
  readonly user: { readonly id: string };
}

export const UP = 0x01;
export const UV = 0x04;
export const BE = 0x08;
export const BS = 0x10;
const AT = 0x40;

type Cbor = number | string | Buffer | ReadonlyMap<number | string, Cbor>;

const b64 = (bytes: Buffer | string): string => Buffer.from(bytes).toString('base64url');
const sha256 = (data: Buffer | string): Buffer => createHash('sha256').update(data).digest();

/** The few types of CBOR (RFC 8949) that WebAuthn uses. */
export function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string')
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  const entries = [...value].flatMap(([key, each]) => [cbor(key), cbor(each)]);
  return Buffer.concat([head(5, value.size), ...entries]);
}

function head(major: number, size: number): Buffer {
  if (size < 24) return Buffer.from([(major << 5) | size]);
  if (size < 256) return Buffer.from([(major << 5) | 24, size]);
  return Buffer.from([(major << 5) | 25, size >> 8, size & 255]);
}

/** A passkey in software: it signs whatever a test asks for. */
export class Authenticator {
  readonly id = b64(randomBytes(32));
  signCount = 0;
  userHandle: string | undefined;
  private readonly key: KeyObject;
  private readonly algorithm: number;

  constructor(readonly options: AuthenticatorOptions) {
    this.algorithm = options.algorithm ?? -7;
    if (this.algorithm === -8) this.key = generateKeyPairSync('ed25519').privateKey;
    else if (this.algorithm === -257)
      this.key = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
    else this.key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  }

  /** The JSON of what `navigator.credentials.create()` returns. */
  create({ challenge, user }: CreationOptions, ceremony: Ceremony = {}) {
    this.userHandle ??= user.id;
    const id = Buffer.from(this.id, 'base64url');
    const attested = [Buffer.alloc(16), Buffer.from([id.length >> 8, id.length & 255]), id, this.coseKey()];
    const authData = Buffer.concat([this.header(ceremony, AT), ...attested]);
    const object = new Map<string, Cbor>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', authData],
    ]);
    return {
      ...this.credential(),
      response: {
        clientDataJSON: this.clientData('webauthn.create', challenge, ceremony),
        attestationObject: b64(cbor(object)),
        authenticatorData: b64(authData),
        transports: ['internal', 'hybrid'],
        publicKeyAlgorithm: this.algorithm,
      },
    };
  }

  /** The JSON of what `navigator.credentials.get()` returns. */
  get({ challenge }: RequestOptions, ceremony: Ceremony = {}) {
    const authenticatorData = this.header(ceremony);
    const clientDataJSON = this.clientData('webauthn.get', challenge, ceremony);
    const signed = Buffer.concat([authenticatorData, sha256(Buffer.from(clientDataJSON, 'base64url'))]);
    const digest = this.algorithm === -8 ? null : 'sha256';
    const { signature = sign(digest, signed, this.key), userHandle = this.userHandle } = ceremony;
    return {
      ...this.credential(),
      response: {
        clientDataJSON,
        authenticatorData: b64(authenticatorData),
        signature: b64(signature),
        userHandle,
      },
    };
  }

  private credential() {
    const attachment = {
      authenticatorAttachment: 'platform',
      clientExtensionResults: { credProps: { rk: true } },
    };
    return { id: this.id, rawId: this.id, type: 'public-key', ...attachment };
  }

  private header(
    { rpId = this.options.rpId, flags, signCount = this.signCount }: Ceremony,
    more = 0,
  ): Buffer {
    const bytes = Buffer.alloc(5);
    bytes.writeUInt8((flags ?? UP | UV | (this.options.isSynced ? BE | BS : 0)) | more);
    bytes.writeUInt32BE(signCount, 1);
    return Buffer.concat([sha256(rpId), bytes]);
  }

  private clientData(type: string, challenge: string, ceremony: Ceremony): string {
    const { origin = this.options.origin, client } = ceremony;
    const data = {
      type: ceremony.type ?? type,
      challenge: ceremony.challenge ?? challenge,
      origin,
      crossOrigin: false,
      ...client,
    };
    return b64(ceremony.clientDataJSON ?? JSON.stringify(data));
  }

  /** As COSE_Key (RFC 9052 section 7). */
  private coseKey(): Buffer {
    const { n = '', e = '', x = '', y = '' } = createPublicKey(this.key).export({ format: 'jwk' });
    const bytes = (text: string) => Buffer.from(text, 'base64url');
    if (this.algorithm === -257)
      return cbor(
        new Map<number, Cbor>([
          [1, 3],
          [3, -257],
          [-1, bytes(n)],
          [-2, bytes(e)],
        ]),
      );
    if (this.algorithm === -8)
      return cbor(
        new Map<number, Cbor>([
          [1, 1],
          [3, -8],
          [-1, 6],
          [-2, bytes(x)],
        ]),
      );
    return cbor(
      new Map<number, Cbor>([
        [1, 2],
        [3, this.algorithm],
        [-1, 1],
        [-2, bytes(x)],
        [-3, bytes(y)],
      ]),
    );
  }
}
