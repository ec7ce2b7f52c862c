import { RateLimiter, type RateLimitPolicy } from '../../src/platform/rate-limits';
import { RateLimited } from '../../src/platform/errors';
import { PASSWORD, type TestApp, withApp } from '../support/app';
import { from, LimitedApp, newSource, OTHER } from '../support/limited';
import { inParallel } from '../support/parallel';
import { expectProblem } from '../support/problem';
import { tokenIn } from '../support/smtp-sink';

let limited: LimitedApp;
let app: TestApp;

const logIn: LimitedApp['logIn'] = async (json, source) => limited.logIn(json, source);
const someone: LimitedApp['someone'] = async () => limited.someone();
const guessAt: LimitedApp['guessAt'] = async (email, count) => limited.guessAt(email, count);

beforeAll(async () => {
  limited = await LimitedApp.start();
  ({ app } = limited);
});

describe('a flood of guesses at an account', () => {
  it('from a hundred sources at once is stopped at ten', async () => {
    const { email } = await someone();
    const statuses = (await guessAt(email, 100)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(90);
  });

  it('keeps out neither a known device nor, after a reset, a new one', async () => {
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

  it('with the device token of another user, or a forged one, counts as that of a stranger', async () => {
    const [victim, thief] = [await someone(), await someone()];
    const { deviceToken } = (await logIn(thief)).body;
    for (const token of [deviceToken, `dt_${'A'.repeat(68)}`, '']) {
      const answers = await inParallel(8, async (index) =>
        logIn({ email: victim.email, password: `guess ${index}`, deviceToken: token }),
      );
      expect(answers.map(({ status }) => status)).not.toContain(200);
    }
    expect((await logIn(victim)).status).toBe(429);
  });

  it('from a known device is stopped at twenty', async () => {
    const person = await someone();
    const { deviceToken } = (await logIn(person)).body;
    const guesses = await inParallel(30, async () => logIn({ ...person, password: OTHER, deviceToken }));
    expect(guesses.filter(({ status }) => status === 401)).toHaveLength(20);
    expect((await logIn(person)).status).toBe(200);
  });

  it('counts for nothing in time, also where the owner keeps signing in', async () => {
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
});

describe('a session', () => {
  it.each([
    ['/v1/auth/reauthenticate', { password: OTHER }],
    ['/v1/auth/password/change', { currentPassword: OTHER, newPassword: 'seven quiet herons wait by tins' }],
    ['/v1/auth/email/change', { newEmail: 'thief@example.com', password: OTHER }],
    ['/v1/users/me/delete', { password: OTHER }],
  ])('allows ten guesses at the password, fifteen at once by POST %s', async (path, json) => {
    const person = await someone();
    const { accessToken: token } = (await logIn(person)).body;
    const answers = await inParallel(15, async () => app.api.post(path, { json, token }));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
    const right = { json: { password: PASSWORD }, token };
    expectProblem(await app.api.post('/v1/auth/reauthenticate', right), 429, 'rate-limited');
    expect((await logIn(person)).status).toBe(200);
  });
});

describe('requests for another address', () => {
  it('send ten mails an hour to a proven mailbox, whatever is cancelled in between', async () => {
    const person = await someone();
    await app.query('UPDATE users SET email_verified = true WHERE email = $1', [person.email]);
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

describe('a hundred attempts at once on two instances', () => {
  const RATE_LIMIT: RateLimitPolicy = {
    name: 'test',
    per: 'account',
    quota: 4,
    windowSeconds: 60,
    longestWaitSeconds: 240,
  };
  const isAllowed = async ({ nest }: TestApp, who: string): Promise<boolean> => {
    try {
      await nest.get(RateLimiter).consume(RATE_LIMIT, who);
      return true;
    } catch (error) {
      if (error instanceof RateLimited) return false;
      throw error;
    }
  };

  it('are allowed no more often than one after the other', async () => {
    await withApp({ env: { DATABASE_URL: app.databaseUrl }, limits: true }, async (other) => {
      other.clock.advance({ milliseconds: app.clock.nowMs() - other.clock.nowMs() });
      for (let round = 0; round < 5; round++) {
        const allowed = await inParallel(100, async (index) =>
          isAllowed(index % 2 ? app : other, `subject ${round}`),
        );
        expect(allowed.filter(Boolean)).toHaveLength(4);
      }
    });
  });
});
