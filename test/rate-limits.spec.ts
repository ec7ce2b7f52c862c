import type { ProblemBody } from './support/api';
import { PASSWORD, type TestApp } from './support/app';
import { from, LimitedApp, newSource, OTHER } from './support/limited';
import { inParallel } from './support/parallel';
import { expectProblem } from './support/problem';
import { tokenIn } from './support/smtp-sink';

// Hundreds of requests take their time on a busy machine.
jest.setTimeout(30_000);

let limited: LimitedApp;
let app: TestApp;

const logIn: LimitedApp['logIn'] = async (json, source) => limited.logIn(json, source);
const someone: LimitedApp['someone'] = async () => limited.someone();
const guessAt: LimitedApp['guessAt'] = async (email, count) => limited.guessAt(email, count);

beforeAll(async () => {
  limited = await LimitedApp.start();
  ({ app } = limited);
});

afterAll(async () => app.close());

describe('guessing at an account', () => {
  it('from however many sources, all at once, is stopped before a hash runs', async () => {
    const { email } = await someone();
    const statuses = (await guessAt(email, 100)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(90);
  });

  it('is answered alike, right or wrong, and whether or not there is the account', async () => {
    const person = await someone();
    await guessAt(person.email, 11);
    const stranger = 'nobody@example.com';
    await guessAt(stranger, 11);
    const visible = async (json: object) => {
      const answer = await logIn(json);
      expectProblem(answer, 429, 'rate-limited');
      const { instance, ...body } = answer.body as unknown as ProblemBody;
      const { date, 'x-request-id': requestId, ...headers } = Object.fromEntries(answer.headers);
      expect([instance, date, requestId]).not.toContain(undefined);
      return { body, headers };
    };
    const right = await visible(person);
    expect(right.headers['retry-after']).toBe('1800');
    expect(right.headers.ratelimit).toBe('"login";r=0;t=1800');
    expect(await visible({ ...person, password: OTHER })).toEqual(right);
    expect(await visible({ email: stranger, password: OTHER })).toEqual(right);
  });

  it('300 times from everywhere keeps out neither the device that is known nor, after a reset, a new one', async () => {
    const person = await someone();
    const { deviceToken } = (await logIn(person)).body;
    await guessAt(person.email, 300);
    expect((await logIn(person)).status).toBe(429);
    expect((await logIn({ ...person, deviceToken })).status).toBe(200);

    const home = newSource();
    const headers = from(home);
    await app.api.post('/v1/auth/password/forgot', { json: { email: person.email }, headers });
    const token = tokenIn(await app.mailFor(person.email));
    const reset = await app.api.post('/v1/auth/password/reset', {
      json: { token, newPassword: OTHER },
      headers,
    });
    expect(reset.status).toBe(204);
    await guessAt(person.email, 50);
    expect((await logIn({ email: person.email, password: OTHER })).status).toBe(429);
    expect((await logIn({ email: person.email, password: OTHER }, home)).status).toBe(200);
    expect((await logIn({ ...person, password: OTHER, deviceToken })).status).toBe(429);
  });

  it('with the device token of somebody else, or a made up one, is guessing as a stranger', async () => {
    const [victim, thief] = [await someone(), await someone()];
    const { deviceToken } = (await logIn(thief)).body;
    for (const token of [deviceToken, `dt_${'A'.repeat(64)}`, '']) {
      const answers = await inParallel(8, async (index) =>
        logIn({ email: victim.email, password: `guess ${index}`, deviceToken: token }),
      );
      expect(answers.map(({ status }) => status)).not.toContain(200);
    }
    expect((await logIn(victim)).status).toBe(429);
  });

  it('from its own device has an end as well', async () => {
    const person = await someone();
    const { deviceToken } = (await logIn(person)).body;
    const guesses = await inParallel(30, async () => logIn({ ...person, password: OTHER, deviceToken }));
    expect(guesses.filter(({ status }) => status === 401)).toHaveLength(20);
    expect((await logIn(person)).status).toBe(200);
  });

  it('is forgiven in time, also where the owner signs in all the while', async () => {
    const person = await someone();
    await guessAt(person.email, 12);
    app.clock.advance({ minutes: 31 });
    for (let at = 0; at < 12; at++) {
      expect((await logIn(person)).status).toBe(200);
      app.clock.advance({ minutes: 31 });
    }
    for (let at = 0; at < 9; at++) expect((await logIn({ ...person, password: OTHER })).status).toBe(401);
    expect((await logIn(person)).status).toBe(200);
  });

  it('ends by itself: the wait is over when it was said to be', async () => {
    const person = await someone();
    await guessAt(person.email, 12);
    app.clock.advance({ seconds: Number((await logIn(person)).headers.get('retry-after')) });
    expect((await logIn(person)).status).toBe(200);
  });
});

describe('whoever has a session', () => {
  it.each([
    ['/v1/auth/reauthenticate', { password: OTHER }],
    ['/v1/auth/password/change', { currentPassword: OTHER, newPassword: 'seven quiet herons wait by tins' }],
    ['/v1/auth/email/change', { newEmail: 'thief@example.com', password: OTHER }],
    ['/v1/users/me/delete', { password: OTHER }],
  ])('cannot guess the password by %s', async (path, json) => {
    const person = await someone();
    const { accessToken: token } = (await logIn(person)).body;
    const answers = await inParallel(15, async () => app.api.post(path, { json, token }));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
    const right = { json: { password: PASSWORD }, token };
    expectProblem(await app.api.post('/v1/auth/reauthenticate', right), 429, 'rate-limited');
    expect((await logIn(person)).status).toBe(200);
  });
});

describe('asking for another address over and over', () => {
  it('writes ten times an hour, whatever is cancelled in between', async () => {
    const person = await someone();
    const { accessToken: token } = (await logIn(person)).body;
    let [current, next] = [PASSWORD, OTHER];
    for (let round = 0; round < 4; round++) {
      for (let at = 0; at < 4; at++) {
        const json = { newEmail: `third-party-${round}-${at}@example.com`, password: current };
        expect((await app.api.post('/v1/auth/email/change', { json, token })).status).toBe(202);
      }
      const json = { currentPassword: current, newPassword: next };
      expect((await app.api.post('/v1/auth/password/change', { json, token })).status).toBe(204);
      [current, next] = [next, current];
    }
    await app.mailsSent();
    const notices = app.smtp.for(person.email).filter(({ subject }) => subject.includes('is to be changed'));
    expect(notices).toHaveLength(10);
  });
});
