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
  /** How long a key set is used, also while the issuer is away: as long as it says the set may be kept, so a withdrawn key is trusted no longer. */
  readonly cacheMs?: number;
  /** The shortest time between two fetches, however many tokens name unknown keys. */
  readonly cooldownMs?: number;
  /** Left out, this machine's. */
  readonly now?: () => Date;
}

const COOLDOWN_MS = 30_000;
// What the issuer may sign with. Neither "none" nor a symmetric algorithm, which would make the public key a secret.
const ALGORITHMS = ['ES256', 'RS256', 'PS256'];
const CLAIMS = ['sub', 'client_id', 'sid', 'jti', 'iat', 'exp'];
/** How far the clocks of two machines may differ. */
const TOLERANCE_SECONDS = 30;

/** The faults that are not the token's. */
const NO_KEYS: ReadonlySet<string> = new Set([
  errors.JWKSTimeout.code,
  errors.JWKSInvalid.code,
  errors.JOSEError.code,
]);

/** Verifies access tokens (RFC 9068) of one issuer; of that it knows the URL and nothing else. */
export class AccessTokenVerifier {
  private keys: Promise<JWTVerifyGetKey> | undefined;
  /** Until then nothing is fetched, since the issuer could not be asked. Tokens of cached keys are verified meanwhile. */
  private notBeforeMs = 0;

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
      if (!isText(protectedHeader.kid)) throw new errors.JWTInvalid('no key is named');
      return callerOf(payload, now);
    } catch (error) {
      const isTheToken = error instanceof errors.JOSEError && !NO_KEYS.has(error.code);
      if (isTheToken) throw new InvalidAccessToken('not a token for this service', { cause: error });
      throw this.unavailable('no keys', error);
    }
  }

  /** Asked once; where that failed, again with the next token. */
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
    if (Date.now() < this.notBeforeMs) throw new IssuerUnavailable('the issuer did not answer a moment ago');
    return fetch();
  }

  /** Tokens that name unknown keys do not make this service ask an issuer in trouble again and again. */
  private unavailable(why: string, cause: unknown): IssuerUnavailable {
    if (cause instanceof IssuerUnavailable) return cause;
    this.notBeforeMs = Date.now() + (this.options.cooldownMs ?? COOLDOWN_MS);
    return new IssuerUnavailable(why, { cause });
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** A signature says who wrote it, and not that it is well-formed. */
function callerOf({ sub, sid, iat = Infinity, roles }: JWTPayload, now: Date): Caller {
  if (!isText(sub) || !isText(sid)) throw new errors.JWTInvalid('nobody is named');
  if (iat > now.getTime() / 1_000 + TOLERANCE_SECONDS) throw new errors.JWTInvalid('issued in the future');
  return {
    userId: sub,
    sessionId: sid,
    roles: Array.isArray(roles) ? roles.filter(isText) : [],
  };
}
