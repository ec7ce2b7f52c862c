import { AccessSettings } from '../src/access';
import type { TokenBody } from './support/api';
import { PASSWORD, startApp, type TestApp } from './support/app';
import { expectProblem } from './support/problem';
import { newAddress } from './support/registrations';

let app: TestApp;
let tokens: TokenBody;

beforeAll(async () => {
  app = await startApp({ env: { REQUIRE_VERIFIED_EMAIL: 'false' } });
  const json = { email: newAddress(), password: PASSWORD };
  await app.api.post('/v1/auth/register', { json });
  tokens = (await app.api.post<TokenBody>('/v1/auth/login', { json })).body;
  Object.assign(app.nest.get(AccessSettings), { requireVerifiedEmail: true });
});

afterAll(async () => app.close());

describe('a session of an unverified user, once REQUIRE_VERIFIED_EMAIL is on', () => {
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
