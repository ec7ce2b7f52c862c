import { challengeFor } from './challenge';

describe('the challenge of a 401', () => {
  it('names the error of a token that was sent and is not valid (RFC 6750 section 3.1)', () => {
    expect(challengeFor('invalid-token', 'Gatehouse')).toBe(
      'Bearer realm="Gatehouse", error="invalid_token"',
    );
  });

  it.each([
    'authentication-required',
    'invalid-credentials',
    'invalid-refresh-token',
    'mfa-required',
    'unknown',
  ])('names no error with %s', (code) => {
    expect(challengeFor(code, 'Gatehouse')).toBe('Bearer realm="Gatehouse"');
  });

  it.each([
    ['a quote', 'The "Gate"', 'The \\"Gate\\"'],
    ['a backslash', 'a\\b', 'a\\\\b'],
    ['letters beyond ASCII', 'Wächter', 'W?chter'],
    ['a line break', 'Gate\r\nSet-Cookie: a=b', 'Gate??Set-Cookie: a=b'],
    ['nothing', '', ''],
  ])('has a realm that is one quoted string with %s', (_, realm, quoted) => {
    expect(challengeFor('authentication-required', realm)).toBe(`Bearer realm="${quoted}"`);
  });
});
