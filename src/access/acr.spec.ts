import { acrOf, satisfiesAcr } from './acr';

describe('the level of a sign-in', () => {
  it.each([
    ['a password', ['pwd'], 'aal1'],
    ['a mail code', ['otp'], 'aal1'],
    ['a password and a mail code, which is no second factor', ['pwd', 'otp'], 'aal1'],
    ['a password and a code', ['pwd', 'otp', 'mfa'], 'aal2'],
    ['a mail code and a code', ['otp', 'mfa'], 'aal2'],
    ['a passkey', ['pop', 'user', 'mfa'], 'phr'],
    ['a password and a passkey', ['pwd', 'pop', 'user', 'mfa'], 'phr'],
    ['a key without verification of the user', ['pwd', 'pop', 'mfa'], 'aal2'],
    ['nothing', [], 'aal1'],
  ])('by %s: %j is %s', (_, amr, acr) => {
    expect(acrOf(amr)).toBe(acr);
  });

  it('satisfies the lower levels', () => {
    expect(satisfiesAcr('phr', 'aal2')).toBe(true);
    expect(satisfiesAcr('aal2', 'aal2')).toBe(true);
    expect(satisfiesAcr('aal1', 'aal2')).toBe(false);
  });
});
