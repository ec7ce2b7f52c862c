import {
  createRemoteJWKSet,
  customFetch,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose';
import { discoverKeys } from './discovery';
import { getJson } from './get-json';

/** The caller, as the access token states it. */
export interface Caller {
  readonly userId: string;
  readonly sessionId: string;
  /** The roles at the time of issue. */
  readonly roles: readonly string[];
}

/** The token is not valid for this service. The cause is for the log, not for the client. */
export class InvalidAccessToken extends Error {}

/** The token could not be verified: the metadata or the keys of the issuer are unavailable. */
export class IssuerUnavailable extends Error {}

export interface VerifierOptions {
  /** How long a key set is used, also while the issuer is unavailable: its cache lifetime, so that a withdrawn key is not trusted any longer. */
  readonly cacheMs?: number;
  /** The shortest time between two fetches, regardless of unknown key ids in tokens. */
  readonly cooldownMs?: number;
  /** The default is the clock of this machine. */
  readonly now?: () => Date;
}

const COOLDOWN_MS = 30_000;
// Neither "none" nor a symmetric algorithm, with which the public key would become a secret.
const ALGORITHMS = ['ES256', 'RS256', 'PS256'];
const CLAIMS = ['sub', 'client_id', 'sid', 'jti', 'iat', 'exp'];
/** The tolerated difference between the clocks of two machines. */
const TOLERANCE_SECONDS = 30;

/** Errors that are not caused by the token. */
const NO_KEYS: ReadonlySet<string> = new Set([
  errors.JWKSTimeout.code,
  errors.JWKSInvalid.code,
  errors.JOSEError.code,
]);

/** Verifies access tokens (RFC 9068) of one issuer, of which it knows only the URL. */
export class AccessTokenVerifier {
  private keys: Promise<JWTVerifyGetKey> | undefined;
  /** After a failure nothing is fetched until then. Tokens of cached keys are still verified. */
  private notBeforeMs = 0;

  /**
   * @param issuer must equal `iss` exactly
   * @param audience must be contained in `aud`
   */
  constructor(
    private readonly issuer: string,
    private readonly audience: string,
    private readonly options: VerifierOptions = {},
  ) {}

  /** @throws InvalidAccessToken, IssuerUnavailable */
  async verify(token: string): Promise<Caller> {
    const keys = await this.discovered();
    const now = this.options.now?.() ?? new Date();
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keys, {
        issuer: this.issuer,
        audience: this.audience,
        typ: 'at+jwt',
        algorithms: ALGORITHMS,
        requiredClaims: CLAIMS,
        currentDate: now,
      });
      if (!isText(protectedHeader.kid)) throw new errors.JWTInvalid('kid is missing');
      return callerOf(payload, now);
    } catch (error) {
      const isTheToken = error instanceof errors.JOSEError && !NO_KEYS.has(error.code);
      if (isTheToken)
        throw new InvalidAccessToken('the token is not valid for this service', { cause: error });
      throw this.unavailable('no keys', error);
    }
  }

  /** Fetched once; after a failure again with the next token. */
  private async discovered(): Promise<JWTVerifyGetKey> {
    const { cacheMs = 300_000, cooldownMs = COOLDOWN_MS } = this.options;
    this.keys ??= this.fetched(async () => discoverKeys(this.issuer)).then((uri) =>
      createRemoteJWKSet(uri, {
        cacheMaxAge: cacheMs,
        cooldownDuration: cooldownMs,
        [customFetch]: async (url) => this.fetched(async () => Response.json(await getJson(url))),
      }),
    );
    try {
      return await this.keys;
    } catch (error) {
      this.keys = undefined;
      throw this.unavailable('no metadata', error);
    }
  }

  private async fetched<T>(fetch: () => Promise<T>): Promise<T> {
    if (Date.now() < this.notBeforeMs) throw new IssuerUnavailable('the issuer is unavailable');
    return fetch();
  }

  /** Unknown key ids must not cause repeated requests to a failing issuer. */
  private unavailable(why: string, cause: unknown): IssuerUnavailable {
    if (cause instanceof IssuerUnavailable) return cause;
    this.notBeforeMs = Date.now() + (this.options.cooldownMs ?? COOLDOWN_MS);
    return new IssuerUnavailable(why, { cause });
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** A valid signature does not imply well-formed claims. */
function callerOf({ sub, sid, iat = Infinity, roles }: JWTPayload, now: Date): Caller {
  if (!isText(sub) || !isText(sid)) throw new errors.JWTInvalid('sub or sid is missing');
  if (iat > now.getTime() / 1_000 + TOLERANCE_SECONDS) throw new errors.JWTInvalid('issued in the future');
  return {
    userId: sub,
    sessionId: sid,
    roles: Array.isArray(roles) ? roles.filter(isText) : [],
  };
}
