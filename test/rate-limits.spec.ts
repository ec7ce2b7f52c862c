import type { ProblemBody, TokenBody } from './support/api';
import { PASSWORD, startApp, type TestApp, type TestAppOptions } from './support/app';
import { inParallel } from './support/parallel';
import { expectProblem } from './support/problem';
import { tokenIn } from './support/smtp-sink';

// Hundreds of requests take their time on a busy machine.
jest.setTimeout(30_000);

const LIMITED: TestAppOptions = { env: { TRUSTED_PROXIES: '127.0.0.1' }, limits: true, smtp: true };
const OTHER = 'nine calm badgers on a ferry';

let app: TestApp;
let people = 0;
let sources = 0;

const newSource = () => `203.0.${Math.floor(++sources / 250)}.${sources % 250}`;
const from = (source: string) => ({ 'x-forwarded-for': source });
const logIn = async (json: object, source = newSource()) =>
  app.api.post<TokenBody & { deviceToken: string }>('/v1/auth/login', { json, headers: from(source) });

async function someone(): Promise<{ email: string; password: string }> {
  const person = { email: `limited-${++people}@example.com`, password: PASSWORD };
  await app.api.post('/v1/auth/register', { json: person, headers: from(newSource()) });
  await app.mailFor(person.email);
  return person;
}

/** Guesses at an address, each from another source. */
const guessAt = async (email: string, count: number) =>
  inParallel(count, async (index) => logIn({ email, password: `guess number ${index}` }));

beforeAll(async () => {
  app = await startApp(LIMITED);
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
    const stranger = `nobody-${++people}@example.com`;
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

describe('a source', () => {
  it('that is stopped does not stop a device of it that is known', async () => {
    const [source, person] = [newSource(), await someone()];
    const { deviceToken } = (await logIn(person, source)).body;
    for (let at = 0; at < 62; at++)
      await logIn({ email: `neighbour-${at}@example.com`, password: OTHER }, source);
    expect((await logIn(person, source)).status).toBe(429);
    expect((await logIn({ ...person, deviceToken }, source)).status).toBe(200);
  });

  it('of whom forty sign in rightly at once, again and again, is never stopped', async () => {
    const [source, person] = [newSource(), await someone()];
    const crowd = [...(await inParallel(20, someone)), ...(await inParallel(20, someone))];
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.all(crowd.map(async (each) => logIn(each, source)));
      // Not all of them find room in the queue; those are told so, and not held back for it.
      expect(answers.map(({ status }) => status).filter((status) => ![200, 503].includes(status))).toEqual(
        [],
      );
    }
    expect((await logIn(person, source)).status).toBe(200);
  });

  it('that guesses at many accounts is stopped, and is told what it has left until then', async () => {
    const source = newSource();
    const left: (string | null)[] = [];
    for (let at = 0; at < 62; at++) {
      const { headers } = await logIn({ email: `somebody-${at}@example.com`, password: OTHER }, source);
      expect(headers.get('ratelimit-policy')).toBe('"login";q=60;w=60');
      left.push(headers.get('ratelimit'));
    }
    expect(left[0]).toBe('"login";r=59;t=60');
    expect(left.slice(-3)).toEqual(['"login";r=0;t=60', '"login";r=0;t=60', '"login";r=0;t=60']);
    expectProblem(await logIn(await someone(), source), 429, 'rate-limited');
  });

  it('of whom hundreds sign in rightly is never stopped', async () => {
    const [source, person] = [newSource(), await someone()];
    for (let at = 0; at < 60; at++) expect((await logIn(person, source)).status).toBe(200);
  });

  it('is not changed by a header that no trusted proxy wrote', async () => {
    const source = newSource();
    for (let at = 0; at < 61; at++) {
      const headers = { 'x-forwarded-for': `198.51.100.${at}, ${source}`, forwarded: `for=192.0.2.${at}` };
      await app.api.post('/v1/auth/login', {
        json: { email: `x-${at}@example.com`, password: OTHER },
        headers,
      });
    }
    expect((await logIn(await someone(), source)).status).toBe(429);
  });

  it('is a /64 of IPv6', async () => {
    for (let at = 0; at < 61; at++)
      await logIn({ email: `y-${at}@example.com`, password: OTHER }, `2001:db8:0:1::${at.toString(16)}`);
    expect((await logIn(await someone(), '2001:db8:0:1:ffff::1')).status).toBe(429);
    expect((await logIn(await someone(), '2001:db8:0:2::1')).status).toBe(200);
  });

  it('is not charged for a body that breaks the rules', async () => {
    const source = newSource();
    for (let at = 0; at < 70; at++) expect((await logIn({ email: 'nonsense' }, source)).status).toBe(422);
    const headers = from(source);
    for (let at = 0; at < 70; at++)
      expect((await app.api.post('/v1/auth/password/forgot', { json: {}, headers })).status).toBe(422);
    expect((await logIn(await someone(), source)).status).toBe(200);
  });

  it.each([
    [
      'registers',
      '/v1/auth/register',
      300,
      (n: number) => ({ email: `z-${n}@example.com`, password: PASSWORD }),
    ],
    ['asks for resets', '/v1/auth/password/forgot', 60, (n: number) => ({ email: `z-${n}@example.com` })],
    [
      'asks for verifications',
      '/v1/auth/email/verify/resend',
      60,
      (n: number) => ({ email: `z-${n}@example.com` }),
    ],
    ['tries links', '/v1/auth/email/verify', 120, (n: number) => ({ token: `ev_${n}` })],
  ])('that %s too often is told to wait', async (_, path, quota, body) => {
    const headers = from(newSource());
    const answers = await inParallel(quota + 5, async (n) => app.api.post(path, { json: body(n), headers }));
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(5);
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
