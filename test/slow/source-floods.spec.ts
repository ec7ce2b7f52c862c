import { PASSWORD, type TestApp } from '../support/app';
import { from, LimitedApp, newSource, OTHER } from '../support/limited';
import { inParallel } from '../support/parallel';
import { expectProblem } from '../support/problem';

let limited: LimitedApp;
let app: TestApp;

const logIn: LimitedApp['logIn'] = async (json, source) => limited.logIn(json, source);
const someone: LimitedApp['someone'] = async () => limited.someone();

beforeAll(async () => {
  limited = await LimitedApp.start();
  ({ app } = limited);
});

describe('a source', () => {
  it('of forty users who sign in at once, three times over, is never stopped', async () => {
    const [source, person] = [newSource(), await someone()];
    const crowd = await inParallel(40, someone);
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.all(crowd.map(async (each) => logIn(each, source)));
      // The hashing queue does not take all of them: 503 is not counted against the source.
      expect(answers.map(({ status }) => status).filter((status) => ![200, 503].includes(status))).toEqual(
        [],
      );
    }
    expect((await logIn(person, source)).status).toBe(200);
  });

  it('that guesses at many accounts is stopped, and a known device there is not', async () => {
    const [source, person] = [newSource(), await someone()];
    const { deviceToken } = (await logIn(person, source)).body;
    const left: (string | null)[] = [];
    for (let at = 0; at < 62; at++) {
      const { headers } = await logIn({ email: `somebody-${at}@example.com`, password: OTHER }, source);
      expect(headers.get('ratelimit-policy')).toBe('"login";q=60;w=60');
      left.push(headers.get('ratelimit'));
    }
    expect(left[0]).toBe('"login";r=59;t=60');
    expect(left.slice(-3)).toEqual(['"login";r=0;t=60', '"login";r=0;t=60', '"login";r=0;t=60']);
    expectProblem(await logIn(person, source), 429, 'rate-limited');
    expect((await logIn({ ...person, deviceToken }, source)).status).toBe(200);
  });

  it('of sixty right sign-ins is not stopped', async () => {
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
      await logIn({ email: `y-${at}@example.com`, password: OTHER }, `2001:db8:1:1::${at.toString(16)}`);
    expect((await logIn(await someone(), '2001:db8:1:1:ffff::1')).status).toBe(429);
    expect((await logIn(await someone(), '2001:db8:1:2::1')).status).toBe(200);
  });

  it('is not charged for bodies that break the rules', async () => {
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
    ['requests resets', '/v1/auth/password/forgot', 60, (n: number) => ({ email: `z-${n}@example.com` })],
    [
      'requests verifications',
      '/v1/auth/email/verify/resend',
      60,
      (n: number) => ({ email: `z-${n}@example.com` }),
    ],
    ['tries links', '/v1/auth/email/verify', 120, (n: number) => ({ token: `ev_${n}` })],
  ])('that %s too often, all at once, has to wait', async (_, path, quota, body) => {
    const headers = from(newSource());
    const answers = await inParallel(quota + 5, async (n) => app.api.post(path, { json: body(n), headers }));
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(5);
  });
});
