import { MAX_STALENESS_MS } from '../../../src/platform/change-feed';
import { type TestApp, withApp } from '../../support/app';
import { expectProblem } from '../../support/problem';
import { openSession, sessionIdOf } from '../../support/sessions';
import { sharedApp } from '../../support/shared-app';

let app: TestApp;

beforeAll(async () => {
  app = await sharedApp();
});

afterEach(() => jest.restoreAllMocks());

const open = async () => openSession(app, await app.someone());
const principal = async (token: string, { api } = app) => api.get('/v1/auth/principal', { token });

/** From here on memory is out of date, so every request asks the database. */
function newsIsLate({ clock } = app): void {
  jest.spyOn(clock, 'elapsedMsSince').mockReturnValue(MAX_STALENESS_MS + 1);
}

describe('a request that has to read the changes first', () => {
  it('is served where there are none', async () => {
    const { accessToken } = await open();
    newsIsLate();
    expect((await principal(accessToken)).status).toBe(200);
  });

  // Straight into the tables, as by an operator or an instance whose notification was lost.
  it.each([
    ['its session was ended', 'UPDATE sessions SET revoked_at = $2 WHERE id = $1', 'invalid-token'],
    [
      "its user's roles were changed",
      `UPDATE users SET access_version = access_version + 1, updated_at = $2
       WHERE id = (SELECT user_id FROM sessions WHERE id = $1)`,
      'token-stale',
    ],
  ])('is refused where %s', async (_, statement, code) => {
    const { accessToken } = await open();
    expect((await principal(accessToken)).status).toBe(200);
    newsIsLate();
    await app.query(statement, [sessionIdOf(accessToken), app.clock.now()]);
    expectProblem(await principal(accessToken), 401, code);
  });

  it('is decided by the database time of that reading', async () => {
    const { accessToken, expiresIn } = await open();
    newsIsLate();
    // The monotonic clock of a machine stands still while it sleeps.
    jest.spyOn(app.clock, 'synchronise').mockImplementation(() => {
      app.clock.advance({ seconds: expiresIn });
      return expiresIn * 1_000;
    });
    expectProblem(await principal(accessToken), 401, 'invalid-token');
  });

  it('is refused after a clock that went back: dropped changes are read again', async () => {
    const { accessToken } = await open();
    await app.api.post('/v1/auth/logout', { token: accessToken });
    app.clock.advance({ hours: 2 });
    // A request of another user, by which memory lets go of what is long over.
    expect((await principal((await open()).accessToken)).status).toBe(200);
    app.clock.advance({ hours: -2 });
    jest.spyOn(app.clock, 'synchronise').mockReturnValueOnce(-7_200_000);
    newsIsLate();
    expectProblem(await principal(accessToken), 401, 'invalid-token');
  });

  it('is refused where its signing key was revoked', async () => {
    await withApp({}, async (other) => {
      const { accessToken } = await openSession(other, await other.someone());
      expect((await principal(accessToken, other)).status).toBe(200);
      newsIsLate(other);
      await other.query(`DELETE FROM keys WHERE purpose = 'signing'`);
      expectProblem(await principal(accessToken, other), 401, 'invalid-token');
    });
  });
});
