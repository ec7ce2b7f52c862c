import type { TestApp } from '../support/app';
import { readJws } from '../support/jws';
import { OTHER_SETTINGS } from '../support/other-settings';
import { sharedApp } from '../support/shared-app';

const JWKS = '/.well-known/jwks.json';
const METADATA = '/.well-known/oauth-authorization-server';
const POLICY = '/v1/auth/policy';
const CHANGE_PASSWORD = '/.well-known/change-password';

describe('what is discovered goes by the settings:', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await sharedApp({ env: OTHER_SETTINGS });
  });

  it('the issuer by PUBLIC_URL, not by what a request calls its host', async () => {
    const headers = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'http',
      forwarded: 'host=evil.example',
    };
    const issuer = 'https://login.example.test';
    const { body } = await app.api.get(METADATA, { headers });
    expect(body).toMatchObject({ issuer, jwks_uri: `${issuer}${JWKS}` });
    expect(readJws((await app.as('ada')).token).claims.iss).toBe(issuer);
  });

  it('the policy by what is set', async () => {
    expect((await app.api.get(POLICY)).body).toEqual({
      password: {
        minLength: 20,
        maxLength: 128,
        refused: ['common', 'guessable', 'personal', 'breached'],
        contextWords: [OTHER_SETTINGS.APP_NAME],
      },
      lifetimes: {
        accessTokenSeconds: 150,
        sessionIdleSeconds: 86_400,
        sessionMaxSeconds: 129_600,
        refreshGraceSeconds: 0,
        recentSignInSeconds: 300,
      },
      registration: 'invited',
      emailVerificationRequired: true,
      factors: ['pwd'],
      secondFactor: { kinds: expect.any(Array), required: 'none', graceDays: 0, rememberDeviceDays: 0 },
      passkeys: { rpId: 'login.example.test', signIn: true },
      mailSignIn: false,
      limits: [],
      revocationSeconds: 1,
    });
  });

  it('where a password is changed by ACCOUNT_URL, or by PUBLIC_URL', async () => {
    const headers = { 'x-forwarded-host': 'evil.example' };
    for (const [api, location] of [
      [app.api, OTHER_SETTINGS.ACCOUNT_URL],
      [(await sharedApp()).api, 'https://auth.example.test/account'],
    ] as const) {
      for (const method of ['GET', 'HEAD']) {
        const answer = await api.send(method, CHANGE_PASSWORD, { headers });
        expect([answer.status, answer.headers.get('location')]).toEqual([302, location]);
        expect([answer.text, answer.headers.get('cache-control')]).toEqual(['', 'no-store']);
      }
    }
  });
});
