import { validate as isUuid } from 'uuid';
import { type Acr, isAcr } from '../access';

/** The session an access token is signed for. */
export interface AccessTokenSession {
  readonly id: string;
  readonly userId: string;
  readonly jti: string;
  /** When the database decided that the token may be signed. A later revocation is remembered for longer than the token lives. */
  readonly issuedAt: Date;
  readonly authenticatedAt: Date;
  readonly methods: readonly string[];
  readonly roles: readonly string[];
  readonly accessVersion: number;
  /** When the session expires, and with it the token at the latest. */
  readonly expiresAt: Date;
}

/** Claims of `@AccessTokenClaims()` providers; none of `REGISTERED_CLAIMS`. */
export type AddedClaims = Readonly<Record<string, unknown>>;

/** The claims of an access token (RFC 9068 section 2.2). Instants are whole seconds since the Unix epoch. */
export interface AccessClaims {
  readonly iss: string;
  readonly aud: string;
  readonly sub: string;
  readonly client_id: string;
  readonly sid: string;
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
  readonly auth_time: number;
  /** A function of `amr`. */
  readonly acr: Acr;
  readonly amr: readonly string[];
  readonly roles: readonly string[];
  readonly ver: number;
}

const OWN_CLAIMS = {
  iss: true,
  aud: true,
  sub: true,
  client_id: true,
  sid: true,
  jti: true,
  iat: true,
  exp: true,
  auth_time: true,
  acr: true,
  amr: true,
  roles: true,
  ver: true,
} satisfies Record<keyof AccessClaims, true>;

/**
 * Claims that `@AccessTokenClaims()` providers must not state: those of every access token, and those by which other services decide how
 * far to trust a token (RFC 7519 section 4.1, RFC 7800, RFC 8693, RFC 9068 section 2.2).
 */
export const REGISTERED_CLAIMS: ReadonlySet<string> = new Set([
  ...Object.keys(OWN_CLAIMS),
  'nbf',
  'cnf',
  'act',
  'may_act',
]);

/** The claims of `@AccessTokenClaims()` providers in a token. */
export function addedClaimsOf(claims: AccessClaims): AddedClaims {
  const added = Object.entries(claims).filter(([name]) => !REGISTERED_CLAIMS.has(name));
  // Frozen, because the claims of a token are cached and shared by its requests.
  return added.length === 0 ? NO_CLAIMS : frozen(Object.fromEntries(added));
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}

const NO_CLAIMS: AddedClaims = {};

/** Whether a verified payload has every claim with its type, which a valid signature alone does not guarantee. */
export function isAccessClaims(payload: unknown): payload is AccessClaims {
  if (typeof payload !== 'object' || payload === null) return false;
  const claims = payload as Record<string, unknown>;
  const texts = ['iss', 'aud', 'client_id', 'jti'].every((name) => typeof claims[name] === 'string');
  const ids = ['sub', 'sid'].every((name) => isUuid(claims[name]));
  const numbers = ['iat', 'exp', 'auth_time', 'ver'].every((name) => isCount(claims[name]));
  return (
    texts &&
    ids &&
    numbers &&
    isAcr(claims['acr']) &&
    ['amr', 'roles'].every((name) => isTextList(claims[name]))
  );
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
