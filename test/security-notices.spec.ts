import type { TokenBody } from './support/api';
import { PASSWORD, startApp, type TestApp } from './support/app';
import { inParallel } from './support/parallel';
import { expectProblem } from './support/problem';
import { expectOpen, expectOver } from './support/sessions';
import { tokenIn } from './support/smtp-sink';

const OTHER = 'nine calm badgers on a ferry';

let app: TestApp;

beforeAll(async () => {
  app = await startApp({ smtp: true, limits: true });
});

afterAll(async () => app.close());

const logIn = async (json: object) =>
  app.api.post<TokenBody & { deviceToken: string }>('/v1/auth/login', { json });
const endSession = async (token: string) => app.api.post('/v1/auth/sessions/end', { json: { token } });
const fail = async (email: string, times: number) =>
  inParallel(times, async () => logIn({ email, password: OTHER }));

/** Somebody whose first mail has been read. */
async function someone(): Promise<{ email: string; password: string }> {
  const person = await app.registers();
  await app.mailFor(person.email);
  return person;
}

const subjectsFor = async (email: string) => {
  await app.mailsSent();
  return app.smtp.for(email).map(({ subject }) => subject);
};

describe('a sign-in on an unknown device after failures', () => {
  it('is told to the owner, with a link that ends that session once', async () => {
    const person = await someone();
    const before = (await logIn(person)).body;
    await fail(person.email, 3);
    const thief = (await logIn(person)).body;
    const mail = await app.mailFor(person.email);
    expect(mail.subject).toBe('New sign-in to your account at Gatehouse');
    expect(mail.text).toContain('127.0.0.1');
    const token = tokenIn(mail);
    const ended = await inParallel(20, async () => endSession(token));
    expect(ended.filter(({ status }) => status === 204)).toHaveLength(1);
    expectProblem(await endSession(token), 422, 'invalid-or-expired-token');
    await expectOver(app, thief);
    await expectOpen(app, before);
  });

  it('is not told where there were none, or where the device is known', async () => {
    const person = await someone();
    const { deviceToken } = (await logIn(person)).body;
    await logIn(person);
    await fail(person.email, 3);
    await logIn({ ...person, deviceToken });
    expect(await subjectsFor(person.email)).toHaveLength(1);
  });

  it('is told three times an hour at most', async () => {
    const person = await someone();
    await fail(person.email, 2);
    for (let at = 0; at < 6; at++) await logIn(person);
    expect(await subjectsFor(person.email)).toHaveLength(1 + 3);
  });

  it('leaves the links of other notices good', async () => {
    const person = await someone();
    await fail(person.email, 2);
    const thieves = [(await logIn(person)).body, (await logIn(person)).body];
    const tokens = [tokenIn(await app.mailFor(person.email)), tokenIn(await app.mailFor(person.email))];
    for (const token of tokens) expect((await endSession(token)).status).toBe(204);
    await expectOver(app, ...thieves);
  });

  it('has a link that works for seven days', async () => {
    const person = await someone();
    await fail(person.email, 2);
    await logIn(person);
    const token = tokenIn(await app.mailFor(person.email));
    app.clock.advance({ days: 7 });
    expectProblem(await endSession(token), 422, 'invalid-or-expired-token');
  });
});

describe('a refresh token that comes again', () => {
  it('is told to the owner', async () => {
    const person = await someone();
    const { refreshToken } = (await logIn(person)).body;
    const refresh = async () => app.api.post('/v1/auth/refresh', { json: { refreshToken } });
    expect((await refresh()).status).toBe(200);
    app.clock.advance({ minutes: 1 });
    expect((await refresh()).status).toBe(401);
    expect((await refresh()).status).toBe(401);
    expect(await subjectsFor(person.email)).toEqual([
      expect.any(String),
      'A device was signed out of your account at Gatehouse',
    ]);
  });
});

describe('a changed password', () => {
  it('is told with a link that signs out the device that did it', async () => {
    const person = await someone();
    const thief = (await logIn(person)).body;
    const json = { currentPassword: PASSWORD, newPassword: OTHER };
    const changed = await app.api.post('/v1/auth/password/change', { json, token: thief.accessToken });
    expect(changed.status).toBe(204);
    expect((await endSession(tokenIn(await app.mailFor(person.email)))).status).toBe(204);
    await expectOver(app, thief);
  });
});
