import type { TokenBody } from '../support/api';
import { startApp, type TestApp } from '../support/app';
import { readJws } from '../support/jws';
import { inParallel } from '../support/parallel';
import { expectProblem } from '../support/problem';
import { askSessions } from '../support/sessions';

const SESSIONS = 20_000;

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterAll(async () => app.close());

describe('an account with very many sessions', () => {
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

describe('very many requests of one session', () => {
  it('that refresh at once get one successor, and leave one live generation', async () => {
    const { accessToken, refreshToken } = await app.signIn();
    const answers = await inParallel(100, async () =>
      app.api.post<TokenBody>('/v1/auth/refresh', { json: { refreshToken } }),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map(({ body }) => body.refreshToken)).size).toBe(1);
    const text = 'SELECT generation FROM sessions WHERE id = $1';
    expect(await app.query(text, [readJws(accessToken).claims['sid']])).toEqual([{ generation: 1 }]);
  });

  it('that list the sessions at once see the same', async () => {
    const { accessToken } = await app.signIn();
    const answers = await inParallel(50, async () => askSessions(app, accessToken));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });

  it('that end one session at once: one does', async () => {
    const person = await app.someone();
    const [{ accessToken: token }, other] = [await app.signIn(person), await app.signIn(person)];
    const path = `/v1/sessions/${String(readJws(other.accessToken).claims['sid'])}`;
    const answers = await inParallel(20, async () => app.api.send('DELETE', path, { token }));
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 404)).toHaveLength(19);
  });

  it('that read and change five profiles at once see and change their own', async () => {
    const people = await inParallel(5, async () => {
      const person = await app.someone();
      return { ...person, token: (await app.signIn(person)).accessToken };
    });
    const answers = await inParallel(50, async (index) => {
      const { token, email } = people[index % 5] ?? { token: '', email: '' };
      const json = { displayName: email };
      const { body } = await (index < 25
        ? app.api.patch('/v1/users/me', { token, json })
        : app.api.get('/v1/users/me', { token }));
      return { email, seen: body['email'] };
    });
    for (const { email, seen } of answers) expect(seen).toBe(email);
    for (const { token, email } of people)
      expect((await app.api.get('/v1/users/me', { token })).body['displayName']).toBe(email);
  });
});
