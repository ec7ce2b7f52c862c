import { challengeFor } from './challenge';

describe('the challenge of a 401', () => {
  it('names the error of a token that was sent and is not valid (RFC 6750 section 3.1)', () => {
    expect(
      challengeFor({ kind: 'unauthenticated', code: 'invalid-token', challengeParameters: {} }, 'Gatehouse'),
    ).toBe('Bearer realm="Gatehouse", error="invalid_token"');
  });

  it.each([
    'authentication-required',
    'invalid-credentials',
    'invalid-refresh-token',
    'mfa-required',
    'unknown',
  ])('names no error with %s', (code) => {
    expect(challengeFor({ kind: 'unauthenticated', code, challengeParameters: {} }, 'Gatehouse')).toBe(
      'Bearer realm="Gatehouse"',
    );
  });

  it('says what is demanded (RFC 9470 section 3)', () => {
    const error = {
      kind: 'unauthenticated' as const,
      code: 'insufficient-user-authentication',
      challengeParameters: { max_age: '900' },
    };
    expect(challengeFor(error, 'Gatehouse')).toBe(
      'Bearer realm="Gatehouse", error="insufficient_user_authentication", max_age="900"',
    );
  });

  it.each([
    ['a quote', 'The "Gate"', 'The \\"Gate\\"'],
    ['a backslash', 'a\\b', 'a\\\\b'],
    ['letters beyond ASCII', 'Wächter', 'W?chter'],
    ['a line break', 'Gate\r\nSet-Cookie: a=b', 'Gate??Set-Cookie: a=b'],
    ['nothing', '', ''],
  ])('has a realm that is one quoted string with %s', (_, realm, quoted) => {
    expect(
      challengeFor(
        { kind: 'unauthenticated', code: 'authentication-required', challengeParameters: {} },
        realm,
      ),
    ).toBe(`Bearer realm="${quoted}"`);
  });
});

describe('the challenge of a 403', () => {
  it('says which permissions are missing (RFC 6750 section 3.1)', () => {
    const error = {
      kind: 'forbidden',
      code: 'insufficient-permission',
      challengeParameters: { scope: 'users:read users:write' },
    } as const;
    expect(challengeFor(error, 'Gatehouse')).toBe(
      'Bearer realm="Gatehouse", error="insufficient_scope", scope="users:read users:write"',
    );
  });

  it('is absent where no permission would help', () => {
    expect(
      challengeFor({ kind: 'forbidden', code: 'cross-site-request', challengeParameters: {} }, 'Gatehouse'),
    ).toBeUndefined();
  });
});
