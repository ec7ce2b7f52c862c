import { AccessSettings } from '../../src/access/access.settings';
import { Environment } from '../../src/platform/config';
import type { TokenBody } from '../support/api';
import { PASSWORD, TEST_ENVIRONMENT, type TestApp } from '../support/app';
import { readJws } from '../support/jws';
import { expectProblem } from '../support/problem';
import { sharedApp } from '../support/shared-app';

const exported = async ({ api }: TestApp, token: string) => api.get('/v1/users/me/export', { token });

describe('a recent sign-in', () => {
  it('is one of the last 15 minutes, to the millisecond', async () => {
    const app = await sharedApp();
    const seconds = 900;
    const refreshed = async ({ refreshToken }: TokenBody) =>
      (await app.api.post<TokenBody>('/v1/auth/refresh', { json: { refreshToken } })).body;
    let tokens = await app.signIn();
    const { auth_time: signedInAt } = readJws(tokens.accessToken).claims;
    const endsAt = (Number(signedInAt) + seconds) * 1_000;
    app.clock.advance({ milliseconds: endsAt - app.clock.nowMs() });
    tokens = await refreshed(tokens);
    expect((await exported(app, tokens.accessToken)).status).toBe(200);

    app.clock.advance({ milliseconds: 1 });
    for (const { accessToken } of [tokens, (tokens = await refreshed(tokens))]) {
      const answer = await exported(app, accessToken);
      expectProblem(answer, 401, 'insufficient-user-authentication');
      expect(answer.headers.get('www-authenticate')).toBe(
        `Bearer realm="Gatehouse", error="insufficient_user_authentication", max_age="${seconds}"`,
      );
    }
    expect((await app.api.get('/v1/users/me', { token: tokens.accessToken })).status).toBe(200);

    const again = await app.api.post<TokenBody>('/v1/auth/reauthenticate', {
      token: tokens.accessToken,
      json: { password: PASSWORD },
    });
    expect((await exported(app, again.body.accessToken)).status).toBe(200);
    expectProblem(await exported(app, tokens.accessToken), 401, 'insufficient-user-authentication');
    expect((await exported(app, (await refreshed(again.body)).accessToken)).status).toBe(200);
  });

  it('is not one in the future, where a clock was set back', async () => {
    const app = await sharedApp();
    const { accessToken } = await app.signIn();
    const statuses: number[] = [];
    for (const seconds of [0, -25, -25]) {
      app.clock.advance({ seconds });
      statuses.push((await exported(app, accessToken)).status);
    }
    app.clock.advance({ seconds: 50 });
    expect(statuses).toEqual([200, 200, 401]);
    expect((await exported(app, accessToken)).status).toBe(200);
  });

  it('is one of as many minutes as RECENT_SIGN_IN_MINUTES says', async () => {
    const secondsFor = (minutes: string | undefined) =>
      new Environment({ ...TEST_ENVIRONMENT, RECENT_SIGN_IN_MINUTES: minutes }).get(AccessSettings)
        .recentSignInSeconds;
    expect([undefined, '5', '2.5', '40'].map(secondsFor)).toEqual([900, 300, 150, 2_400]);

    const app = await sharedApp();
    jest.replaceProperty(app.nest.get(AccessSettings), 'recentSignInSeconds', 150);
    const { accessToken } = await app.signIn();
    app.clock.advance({ seconds: 151 });
    const answer = await exported(app, accessToken);
    jest.restoreAllMocks();
    expectProblem(answer, 401, 'insufficient-user-authentication');
    expect(answer.headers.get('www-authenticate')).toMatch(/max_age="150"/);
    expect((await exported(app, accessToken)).status).toBe(200);
  });
});
