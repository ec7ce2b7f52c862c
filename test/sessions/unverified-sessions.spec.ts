import type { TokenBody } from '../support/api';
import { PASSWORD, type TestApp } from '../support/app';
import { expectProblem } from '../support/problem';
import { openSession } from '../support/sessions';
import { sharedApp } from '../support/shared-app';

let app: TestApp;
let tokens: TokenBody;

beforeAll(async () => {
  app = await sharedApp({ smtp: true, env: { REQUIRE_VERIFIED_EMAIL: 'true' } });
  const person = await app.someone();
  tokens = await openSession(app, person);
  // As where the session was opened before REQUIRE_VERIFIED_EMAIL was switched on.
  await app.query('UPDATE users SET email_verified = false WHERE email = $1', [person.email]);
});

describe('a session of an unverified user where REQUIRE_VERIFIED_EMAIL is on', () => {
  it('is not renewed by the password', async () => {
    const answer = await app.api.post('/v1/auth/reauthenticate', {
      token: tokens.accessToken,
      json: { password: PASSWORD },
    });
    expectProblem(answer, 401, 'invalid-token');
  });

  it('is not refreshed', async () => {
    const answer = await app.api.post('/v1/auth/refresh', { json: { refreshToken: tokens.refreshToken } });
    expectProblem(answer, 401, 'invalid-refresh-token');
  });
});
