import { type VerifiedToken, VerifiedTokens } from './verified-tokens';

const verified = (sub: string): VerifiedToken => ({ kid: 'key', claims: claimsOf(sub) });

const claimsOf = (sub: string): VerifiedToken['claims'] => ({
  iss: 'https://auth.example.test',
  aud: 'https://auth.example.test',
  sub,
  client_id: 'first-party',
  sid: 'session',
  jti: 'token',
  iat: 0,
  exp: 900,
  auth_time: 0,
  acr: 'aal1',
  amr: ['pwd'],
  roles: [],
  ver: 1,
});

describe('the memory of verified tokens', () => {
  it('gives back the claims of the very token, and of no other', () => {
    const memory = new VerifiedTokens();
    memory.remember('a.b.c', verified('ada'));
    expect(memory.find('a.b.c')).toEqual(verified('ada'));
    for (const other of ['a.b.d', 'A.b.c', ' a.b.c', '']) expect(memory.find(other)).toBeUndefined();
  });

  it('is bounded, and evicts the oldest', () => {
    const memory = new VerifiedTokens(3);
    for (const token of ['1', '2', '3', '4']) memory.remember(token, verified(token));
    expect(['1', '2', '3', '4'].map((token) => memory.find(token)?.claims.sub)).toEqual([
      undefined,
      '2',
      '3',
      '4',
    ]);
  });

  it('stays bounded however many come', () => {
    const memory = new VerifiedTokens(10);
    const tokens = Array.from({ length: 1_000 }, (_, index) => `token-${index}`);
    for (const token of tokens) memory.remember(token, verified(token));
    expect(tokens.filter((token) => memory.find(token))).toEqual(tokens.slice(-10));
  });

  it('holds no usable token in memory', () => {
    const memory = new VerifiedTokens();
    memory.remember('header.payload.signature', verified('ada'));
    const keys = [...(memory as unknown as { tokens: Map<string, unknown> }).tokens.keys()];
    expect(keys).toHaveLength(1);
    expect(keys.join()).not.toMatch(/header|payload|signature/);
  });
});
