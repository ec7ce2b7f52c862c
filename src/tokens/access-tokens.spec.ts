import { JwtService } from '@nestjs/jwt';
import { Attack, FORGED_TOKENS } from '../../test/support/forged-tokens';
import { FORGED_CLAIMS, Forger, GOOD_CLAIMS } from '../../test/support/forged-claims';
import type { PublishedKey } from '../../test/support/jws';
import { type AccessSettings, InvalidToken } from '../access';
import type { Clock } from '../platform/clock';
import type { ChangeFeed } from '../platform/change-feed';
import { makeSigningKey, publicJwkOf, type SigningKey, signingKeyOf } from './signing-key';
import type { SigningKeys } from './signing-keys';
import type { TokenSettings } from './token.settings';
import { AccessTokens } from './access-tokens';

const ISSUER = 'https://auth.example.test';
const NOW_MS = Date.UTC(2026, 0, 1);

const settings = { issuer: ISSUER, audience: ISSUER, clientId: 'first-party' } as TokenSettings;
const access = { accessTokenSeconds: 900 } as AccessSettings;
const clock = { nowMs: () => NOW_MS } as Clock;
const feed = { ensureFresh: async () => undefined } as unknown as ChangeFeed;

const session = {
  userId: '019abcde-0000-7000-8000-000000000001',
  id: '019abcde-0000-7000-8000-000000000002',
  jti: 'token',
  issuedAt: new Date(NOW_MS),
  authenticatedAt: new Date(NOW_MS),
  methods: ['pwd'],
  roles: [],
  accessVersion: 1,
  expiresAt: new Date(NOW_MS + 86_400_000),
};

let key: SigningKey;
let tokens: AccessTokens;
let genuine: string;
let isRetired = false;
let isRevoked = false;

afterEach(() => {
  isRetired = false;
  isRevoked = false;
});

beforeAll(async () => {
  const made = await makeSigningKey('ES256');
  key = signingKeyOf({ ...made, algorithm: 'ES256', createdAt: new Date(NOW_MS) });
  const findEver = (kid: unknown) => (kid === key.kid && !isRevoked ? key : undefined);
  const find = (kid: unknown) => (isRetired ? undefined : findEver(kid));
  const keys = { current: key, find, findEver } as unknown as SigningKeys;
  tokens = new AccessTokens(new JwtService({}), keys, clock, settings, access, feed);
  genuine = tokens.sign(session, {}).accessToken;
});

const forger = () => new Forger(genuine, key.privateKey, () => NOW_MS / 1_000);
const attack = () => new Attack(genuine, publicJwkOf(key) as PublishedKey, 'https://evil.example/jwks.json');

describe('an access token', () => {
  it('is not signed where it would be longer than what is accepted', () => {
    const signed = (length: number) => tokens.sign(session, { note: 'a'.repeat(length) }).accessToken;
    expect(tokens.verify(signed(2_400)).sub).toBe(session.userId);
    expect(() => signed(2_700)).toThrow(/4080 at most/);
  });

  it.each(GOOD_CLAIMS)('is accepted with %s', (_, forge) => {
    expect(tokens.verify(forge(forger())).sub).toMatch(/1$/);
  });

  it.each(FORGED_CLAIMS)('under our own signature is refused %s', (_, forge) => {
    expect(() => tokens.verify(forge(forger()))).toThrow(InvalidToken);
  });

  it.each(FORGED_TOKENS)('%s is refused', (_, forge) => {
    expect(() => tokens.verify(forge(attack()))).toThrow(InvalidToken);
    // Nor when it is seen after the one that it was made of.
    expect(tokens.verify(genuine).sub).toMatch(/1$/);
    expect(() => tokens.verify(forge(attack()))).toThrow(InvalidToken);
  });

  it('is refused once its key is retired, but known as ours', async () => {
    expect(tokens.verify(genuine).ver).toBe(1);
    isRetired = true;
    expect(() => tokens.verify(genuine)).toThrow(InvalidToken);
    expect((await tokens.verifyIgnoringExpiry(genuine)).ver).toBe(1);
  });

  it('is refused once its key is revoked, and no longer known as ours', async () => {
    expect(tokens.verify(genuine).ver).toBe(1);
    isRevoked = true;
    expect(() => tokens.verify(genuine)).toThrow(InvalidToken);
    await expect(tokens.verifyIgnoringExpiry(genuine)).rejects.toThrow(InvalidToken);
  });
});
