import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { discoverKeys } from './discovery';

/** Who is calling, by the word of the access token alone. */
export interface Caller {
  readonly userId: string;
  readonly sessionId: string;
  /** As they were when the token was issued. */
  readonly roles: readonly string[];
}

/** The token is not one that is good here; why is for the log, not for the client. */
export class InvalidAccessToken extends Error {}

/** Nothing is known of the token: the issuer's metadata or keys could not be had. */
export class IssuerUnavailable extends Error {}

export interface VerifierOptions {
  /** How long a key set is used before it is fetched again: as long as the issuer says it may be kept. */
  readonly cacheMs?: number;
  /** The shortest time between two fetches, however many tokens name unknown keys. */
  readonly cooldownMs?: number;
}

// What the issuer may sign with. Neither "none" nor a symmetric algorithm, which would make the public key a secret.
const ALGORITHMS = ['ES256', 'RS256', 'PS256'];
const CLAIMS = ['sub', 'client_id', 'sid', 'jti', 'iat', 'exp'];

/** The faults that are not the token's. */
const NO_KEYS: ReadonlySet<string> = new Set([
  errors.JWKSTimeout.code,
  errors.JWKSInvalid.code,
  errors.JOSEError.code,
]);

/** Verifies access tokens (RFC 9068) of one issuer; of that it knows the URL and nothing else. */
export class AccessTokenVerifier {
  private keys: Promise<JWTVerifyGetKey> | undefined;

  /**
   * @param issuer compared with `iss` letter by letter
   * @param audience what `aud` must hold: this service, by the name the issuer gives it
   */
  constructor(
    private readonly issuer: string,
    private readonly audience: string,
    private readonly options: VerifierOptions = {},
  ) {}

  /** @throws InvalidAccessToken, IssuerUnavailable */
  async verify(token: string): Promise<Caller> {
    const keys = await this.discovered();
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: this.issuer,
        audience: this.audience,
        typ: 'at+jwt',
        algorithms: ALGORITHMS,
        requiredClaims: CLAIMS,
      });
      return callerOf(payload);
    } catch (error) {
      const isTheToken = error instanceof errors.JOSEError && !NO_KEYS.has(error.code);
      throw isTheToken
        ? new InvalidAccessToken('not a token for this service', { cause: error })
        : new IssuerUnavailable('no keys', { cause: error });
    }
  }

  /** Asked once; where that failed, again with the next token. */
  private async discovered(): Promise<JWTVerifyGetKey> {
    const { cacheMs = 300_000, cooldownMs = 30_000 } = this.options;
    this.keys ??= discoverKeys(this.issuer).then((uri) =>
      createRemoteJWKSet(uri, {
        cacheMaxAge: cacheMs,
        cooldownDuration: cooldownMs,
        timeoutDuration: 5_000,
      }),
    );
    try {
      return await this.keys;
    } catch (error) {
      this.keys = undefined;
      throw new IssuerUnavailable('no metadata', { cause: error });
    }
  }
}

function callerOf({ sub = '', sid, roles }: JWTPayload): Caller {
  const isText = (value: unknown) => typeof value === 'string';
  return {
    userId: sub,
    sessionId: String(sid),
    roles: Array.isArray(roles) ? roles.filter(isText) : [],
  };
}
