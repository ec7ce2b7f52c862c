import { DataSource } from 'typeorm';
import type { ProblemBody } from '../support/api';
import type { TestApp } from '../support/app';
import { withoutJobs } from '../support/jobs';
import { readJws } from '../support/jws';
import { inParallel } from '../support/parallel';
import { openSession } from '../support/sessions';
import { sharedApp } from '../support/shared-app';

interface Profile extends ProblemBody {
  readonly id: string;
  readonly email: string;
  readonly displayName: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

let app: TestApp;

beforeAll(async () => {
  app = await sharedApp();
});

const profile = (token: string) => app.api.get<Profile>('/v1/users/me', { token });
const change = (token: string, json: unknown) => app.api.patch<Profile>('/v1/users/me', { token, json });

async function someoneSignedIn(): Promise<{ email: string; token: string }> {
  const person = await app.someone();
  return { email: person.email, token: (await openSession(app, person)).accessToken };
}

describe("a user's own profile", () => {
  it('shows who they are, and nothing else', async () => {
    const { email, token } = await someoneSignedIn();
    const { status, headers, body } = await profile(token);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toStrictEqual({
      id: readJws(token).claims.sub,
      email,
      emailVerified: false,
      displayName: null,
      roles: [],
      createdAt: app.clock.now().toISOString(),
      updatedAt: app.clock.now().toISOString(),
    });
    expect(body.createdAt).toMatch(INSTANT);
  });

  it('takes another name, and answers in the same shape', async () => {
    const { token } = await someoneSignedIn();
    const before = (await profile(token)).body;
    app.clock.advance({ seconds: 10 });
    const { status, headers, body } = await change(token, { displayName: ' Zoe\u0308 ' });
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toStrictEqual({ ...before, displayName: 'Zoë', updatedAt: app.clock.now().toISOString() });
    expect((await profile(token)).body).toEqual(body);
  });

  it('loses the name with null, and keeps it where none is sent', async () => {
    const { token } = await someoneSignedIn();
    const named = (await change(token, { displayName: 'Ada' })).body;
    app.clock.advance({ seconds: 10 });
    expect((await change(token, {})).body).toEqual(named);
    expect((await app.api.patch('/v1/users/me', { token })).body).toEqual(named);
    expect((await change(token, { displayName: null })).body.displayName).toBeNull();
  });

  it('is their own, also where several users read and change theirs at once', async () => {
    const people = await inParallel(3, someoneSignedIn);
    const answers = await inParallel(6, async (index) => {
      const { token, email } = people[index % 3] ?? { token: '', email: '' };
      const { body } = await (index < 3 ? change(token, { displayName: email }) : profile(token));
      return { email, seen: body.email };
    });
    for (const { email, seen } of answers) expect(seen).toBe(email);
    for (const { token, email } of people) expect((await profile(token)).body.displayName).toBe(email);
  });

  it('is gone with the user, whose access token is refused then', async () => {
    const { email, token } = await someoneSignedIn();
    await app.query('DELETE FROM users WHERE email = $1', [email]);
    for (const answer of [await profile(token), await change(token, { displayName: 'Eve' })]) {
      expect([answer.status, answer.body.code]).toEqual([401, 'invalid-token']);
      expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
    }
  });

  it('needs an access token', async () => {
    const answer = await app.api.get<ProblemBody>('/v1/users/me');
    expect([answer.status, answer.body.code]).toEqual([401, 'authentication-required']);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="Gatehouse"');
    expect((await app.api.patch('/v1/users/me', { json: { roles: 1 } })).status).toBe(401);
  });
});

describe('a change of the profile', () => {
  let token: string;

  beforeAll(async () => {
    ({ token } = await someoneSignedIn());
  });

  it.each([
    ['id', '019abcde-0000-7000-8000-000000000000'],
    ['email', 'eve@example.com'],
    ['emailVerified', true],
    ['roles', ['admin']],
    ['status', 'active'],
    ['accessVersion', 2],
    ['updatedAt', '2001-01-01T00:00:00.000Z'],
  ])('with %s is refused, and then nothing of the rest is changed', async (name, value) => {
    const before = (await profile(token)).body;
    const { status, body } = await change(token, { displayName: 'Eve', [name]: value });
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([{ pointer: `/${name}`, code: 'unknown-property' }]);
    expect((await profile(token)).body).toEqual(before);
  });

  it.each([
    { displayName: '' },
    { displayName: 'a'.repeat(101) },
    { displayName: 'A\u202eda' },
    { displayName: 7 },
  ])('with no valid name is refused: %j', async (json) => {
    const { status, body } = await change(token, json);
    expect([status, body.errors?.map(({ pointer }) => pointer)]).toEqual([422, ['/displayName']]);
  });
});

describe('the principal', () => {
  it('is what the token states, and nothing else', async () => {
    const { token } = await someoneSignedIn();
    const { sub, sid, auth_time: authTime, exp } = readJws(token).claims;
    const { status, headers, body } = await app.api.get('/v1/auth/principal', { token });
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toStrictEqual({
      userId: sub,
      sessionId: sid,
      roles: [],
      permissions: [],
      authenticatedAt: new Date(Number(authTime) * 1_000).toISOString(),
      acr: 'aal1',
      expiresAt: new Date(Number(exp) * 1_000).toISOString(),
    });
  });

  it('costs no query, for a token seen the first time or again, nor for a bad one', async () => {
    const tokens = await inParallel(2, async () => (await someoneSignedIn()).token);
    const { master } = app.nest.get(DataSource).driver as unknown as {
      master: { query: () => void; connect: () => void };
    };
    const ask = async (token = '') => (await app.api.get('/v1/auth/principal', { token })).status;
    await withoutJobs(app, async () => {
      const [query, connect] = [jest.spyOn(master, 'query'), jest.spyOn(master, 'connect')];
      const statuses = await inParallel(6, (index) => ask(tokens[index % 2]));
      expect(new Set(statuses)).toEqual(new Set([200]));
      expect(await ask(`${tokens[0]}A`)).toBe(401);
      expect([query, connect].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
      await profile(tokens[0] ?? '');
      expect(query.mock.calls.length + connect.mock.calls.length).toBeGreaterThan(0);
      for (const spy of [query, connect]) spy.mockRestore();
    });
  });
});
