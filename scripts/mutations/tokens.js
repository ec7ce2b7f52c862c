'use strict';

module.exports = [
  {
    name: 'the type of a token is not checked',
    file: 'src/tokens/compact-jws.ts',
    find: "return typ === 'at+jwt' && typeof alg",
    replace: 'return typeof alg',
  },
  {
    name: 'a token is accepted in other spellings of the same bytes',
    file: 'src/tokens/compact-jws.ts',
    find: 'parts.length !== 3 || !parts.every(isCanonical)',
    replace: 'parts.length !== 3',
  },
  {
    name: 'the audience of a token is not checked',
    file: 'src/tokens/access-tokens.ts',
    find: 'audience: this.settings.audience,',
    replace: '',
  },
  {
    name: 'the issuer of a token is not checked',
    file: 'src/tokens/access-tokens.ts',
    find: 'issuer: this.settings.issuer,',
    replace: '',
  },
  {
    name: 'a token may state a sign-in of the future',
    file: 'src/tokens/access-tokens.ts',
    find: 'Math.max(payload.iat, payload.auth_time) > now',
    replace: 'payload.iat > now',
  },
  {
    name: 'a token is accepted at the instant of its expiry',
    file: 'src/tokens/access-tokens.ts',
    find: 'this.clock.nowMs() >= expiresAt * 1_000',
    replace: 'this.clock.nowMs() > expiresAt * 1_000',
  },
  {
    name: 'a lowered ACCESS_TOKEN_MINUTES does not hold for tokens signed before',
    file: 'src/tokens/access-tokens.ts',
    find: 'Math.min(claims.exp, claims.iat + this.access.accessTokenSeconds)',
    replace: 'claims.exp',
  },
  {
    name: 'a token is accepted although its key was retired, or revoked after it was verified',
    file: 'src/tokens/access-tokens.ts',
    find: ' || !this.keys.find(kid)) throw',
    replace: ') throw',
  },
  {
    name: 'an access token outlives its session',
    file: 'src/tokens/access-tokens.ts',
    find: 'Math.min(issuedAt + this.access.accessTokenSeconds, secondsOf(session.expiresAt.getTime()))',
    replace: 'issuedAt + this.access.accessTokenSeconds',
  },
  {
    name: 'a token with an unknown kid is tried with the current key',
    file: 'src/tokens/access-tokens.ts',
    find: 'const key = header && this.keys.findEver(header.kid);',
    replace: 'const key = header && (this.keys.findEver(header.kid) ?? this.keys.current);',
  },
  {
    name: 'a token that was verified before is accepted with any signature',
    file: 'src/tokens/verified-tokens.ts',
    find: '.update(token).digest(',
    replace: ".update(token.slice(0, token.lastIndexOf('.'))).digest(",
  },
  {
    name: 'a signing key is retired while its last tokens are alive',
    file: 'src/tokens/key-schedule.ts',
    find: 'this.signsFrom(key) + LAST_TOKEN_MS <= nowMs',
    replace: 'this.signsFrom(key) <= nowMs',
  },
];
