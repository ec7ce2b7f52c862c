import { NEWS_BOUND_MS } from '../src/platform/feed';
import { startApp, type TestApp } from './support/app';
import { expectProblem } from './support/problem';

let app: TestApp;

beforeEach(async () => {
  app = await startApp();
});

afterEach(async () => {
  jest.restoreAllMocks();
  await app.close();
});

const principal = async (token: string) => app.api.get('/v1/auth/principal', { token });

/** From here on no news is fresh, so every request asks. */
function newsIsLate(): void {
  jest.spyOn(app.clock, 'since').mockReturnValue(NEWS_BOUND_MS + 1);
}

describe('a request that had to ask for news', () => {
  it('is served where there is none', async () => {
    const { accessToken } = await app.signIn();
    newsIsLate();
    expect((await principal(accessToken)).status).toBe(200);
  });

  // Straight into the tables, as by an operator or an instance whose notification was lost.
  it.each([
    ['that its session was ended', 'UPDATE sessions SET revoked_at = $1', 'invalid-token'],
    [
      "that its user's roles changed",
      'UPDATE users SET access_version = access_version + 1, updated_at = $1',
      'token-stale',
    ],
    [
      'that its signing key was revoked',
      "DELETE FROM keys WHERE purpose = 'signing' AND created_at <= $1",
      'invalid-token',
    ],
  ])('is judged by the news %s', async (_, statement, code) => {
    const { accessToken } = await app.signIn();
    expect((await principal(accessToken)).status).toBe(200);
    newsIsLate();
    await app.query(statement, [app.clock.now()]);
    expectProblem(await principal(accessToken), 401, code);
  });

  it('is judged by the time that came with it', async () => {
    const { accessToken, expiresIn } = await app.signIn();
    newsIsLate();
    // The monotonic clock of a machine stands still while it sleeps.
    jest.spyOn(app.clock, 'correct').mockImplementation(() => {
      app.clock.advance({ seconds: expiresIn });
      return expiresIn * 1_000;
    });
    expectProblem(await principal(accessToken), 401, 'invalid-token');
  });

  it('does not come back with a clock that goes back: what time had made memory forget is read anew', async () => {
    const { accessToken } = await app.signIn();
    await app.api.post('/v1/auth/logout', { token: accessToken });
    app.clock.advance({ hours: 2 });
    // Somebody else's request, by which memory lets go of what is long over.
    expect((await principal((await app.signIn()).accessToken)).status).toBe(200);
    app.clock.advance({ hours: -2 });
    jest.spyOn(app.clock, 'correct').mockReturnValueOnce(-7_200_000);
    newsIsLate();
    expectProblem(await principal(accessToken), 401, 'invalid-token');
  });
});
