import { Database } from '../../../src/platform/database';
import type { TestApp } from '../../support/app';
import { withinBound } from '../../support/eventually';
import { openSession } from '../../support/sessions';
import { sharedApp } from '../../support/shared-app';

describe('a revocation whose response from the database was lost', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await sharedApp();
  });

  /** The next such statement is carried out, and its answer never arrives. */
  const loseAnswerOf = (name: string) => {
    const database = app.nest.get(Database);
    const query = database.query.bind(database);
    const spy = jest.spyOn(database, 'query').mockImplementation(async (statement, parameters) => {
      const rows = await query(statement, parameters);
      if (statement.name !== name) return rows;
      spy.mockRestore();
      throw Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' });
    });
  };
  const refresh = (refreshToken: string) => app.api.post('/v1/auth/refresh', { json: { refreshToken } });
  const principal = async (token: string) => (await app.api.get('/v1/auth/principal', { token })).status;

  it('is loaded when the sign-out is repeated', async () => {
    const { accessToken, refreshToken } = await openSession(app, await app.someone());
    loseAnswerOf('session-revoke-presented');
    const logOut = async () => (await app.api.post('/v1/auth/logout', { json: { refreshToken } })).status;
    expect(await logOut()).toBe(503);
    expect(await logOut()).toBe(204);
    expect(await principal(accessToken)).toBe(401);
  });

  it('is loaded when the reused refresh token is presented again', async () => {
    const { accessToken, refreshToken } = await openSession(app, await app.someone());
    await refresh(refreshToken);
    app.clock.advance({ seconds: 31 });
    loseAnswerOf('session-rotate');
    expect((await refresh(refreshToken)).status).toBe(503);
    expect((await refresh(refreshToken)).status).toBe(401);
    await withinBound(async () => expect(await principal(accessToken)).toBe(401));
  });
});
