import { startApp, type TestApp } from '../support/app';
import { readJws } from '../support/jws';
import { expectProblem } from '../support/problem';

const SESSIONS = 20_000;

describe('an account that somebody filled with sessions', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });

  afterAll(async () => app.close());

  const fill = async (token: string) =>
    app.query(
      `INSERT INTO sessions (id, user_id, secret_digest, generation, rotated_at, last_used_at, authenticated_at, methods, created_at)
       SELECT gen_random_uuid(), s.user_id, s.secret_digest, 0, s.rotated_at, s.last_used_at, s.authenticated_at, s.methods, s.created_at
       FROM sessions s, generate_series(1, ${SESSIONS}) WHERE s.id = $1`,
      [readJws(token).claims['sid']],
    );
  const live = async () => (await app.query('SELECT 1 FROM sessions WHERE revoked_at IS NULL')).length;

  it('still has its sessions ended, all but one and then all', async () => {
    const { accessToken: token } = await app.signIn();
    await fill(token);
    expect((await app.api.send('DELETE', '/v1/sessions', { token })).status).toBe(204);
    expect(await live()).toBe(1);
    await fill(token);
    const all = await app.api.send('DELETE', '/v1/sessions?includeCurrent=true', { token });
    expect(all.status).toBe(204);
    expect(await live()).toBe(0);
    expectProblem(await app.api.get('/v1/auth/principal', { token }), 401, 'invalid-token');
  }, 30_000);
});
