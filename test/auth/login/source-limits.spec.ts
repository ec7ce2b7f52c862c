import { LOGIN_BY_SOURCE, MAIL_LINK, MAIL_REQUEST, REGISTRATION } from '../../../src/auth/auth.rate-limits';
import type { RateLimitPolicy } from '../../../src/platform/rate-limits';
import { sourceOf } from '../../../src/platform/http';
import { PASSWORD, type Person, type TestApp } from '../../support/app';
import { from, LimitedApp, newSource, OTHER } from '../../support/limited';
import { inParallel } from '../../support/parallel';
import { expectProblem } from '../../support/problem';

let limited: LimitedApp;
let app: TestApp;
let person: Person;
let source: string;

const logIn: LimitedApp['logIn'] = async (json, at) => limited.logIn(json, at);
const guess = async (at = source) => logIn({ email: person.email, password: OTHER }, at);
/** Counts all attempts of the source but so many. */
const spendAllBut = async (left: number, at = source) =>
  limited.spend(LOGIN_BY_SOURCE, LOGIN_BY_SOURCE.quota - left, sourceOf(at));

beforeAll(async () => {
  limited = await LimitedApp.start();
  ({ app } = limited);
});

beforeEach(async () => {
  [source, person] = [newSource(), await limited.someone()];
});

describe('a source of sign-ins', () => {
  it('is limited to sixty wrong ones a minute, and each answer states how many are left', async () => {
    const first = await guess();
    expect(first.headers.get('ratelimit-policy')).toBe('"login";q=60;w=60');
    expect(first.headers.get('ratelimit')).toBe('"login";r=59;t=60');
    await spendAllBut(1);
    const last = await guess();
    expect([last.status, last.headers.get('ratelimit')]).toEqual([401, '"login";r=0;t=60']);
    const refused = await logIn(await limited.someone(), source);
    expectProblem(refused, 429, 'rate-limited');
    expect(refused.headers.get('ratelimit')).toBe('"login";r=0;t=60');
    expect(refused.headers.get('retry-after')).toBe('60');
    expect((await logIn(person)).status).toBe(200);
  });

  it('is not stopped by right ones, one after the other or three at once', async () => {
    await spendAllBut(3);
    for (let at = 0; at < 4; at++) expect((await logIn(person, source)).status).toBe(200);
    const statuses = (await inParallel(3, async () => logIn(person, source))).map(({ status }) => status);
    expect(statuses).toEqual([200, 200, 200]);
  });

  it('that is stopped does not stop a device with a genuine device token', async () => {
    const { deviceToken } = (await logIn(person, source)).body;
    await spendAllBut(0);
    expect((await logIn(person, source)).status).toBe(429);
    expect((await logIn({ ...person, deviceToken }, source)).status).toBe(200);
    for (const forged of [`dt_${'A'.repeat(68)}`, `${deviceToken.slice(0, -4)}AAAA`, 'x'])
      expect((await logIn({ ...person, deviceToken: forged }, source)).status).toBe(429);
  });

  it('is not changed by a header that no trusted proxy wrote', async () => {
    await spendAllBut(0);
    for (const spoof of [
      { 'x-forwarded-for': `198.51.100.7, ${source}` },
      { ...from(source), forwarded: 'for=192.0.2.7' },
    ]) {
      const answer = await app.api.post('/v1/auth/login', { json: person, headers: spoof });
      expect(answer.status).toBe(429);
    }
  });

  it('is a /64 of IPv6', async () => {
    await spendAllBut(1, '2001:db8:0:1::1');
    expect((await guess('2001:db8:0:1::2')).status).toBe(401);
    expect((await logIn(person, '2001:db8:0:1:ffff::1')).status).toBe(429);
    expect((await logIn(person, '2001:db8:0:2::1')).status).toBe(200);
  });

  it('is not charged for a body that breaks the rules', async () => {
    await spendAllBut(1);
    for (let at = 0; at < 2; at++) expect((await logIn({ email: 'nonsense' }, source)).status).toBe(422);
    expect((await guess()).status).toBe(401);
  });
});

describe('a source of other requests', () => {
  const routes: [what: string, path: string, budget: RateLimitPolicy, json: () => object, status: number][] =
    [
      [
        'registers',
        'register',
        REGISTRATION,
        () => ({ email: `new-${person.email}`, password: PASSWORD }),
        202,
      ],
      ['requests resets', 'password/forgot', MAIL_REQUEST, () => ({ email: person.email }), 202],
      ['requests verifications', 'email/verify/resend', MAIL_REQUEST, () => ({ email: person.email }), 202],
      ['tries links', 'email/verify', MAIL_LINK, () => ({ token: 'ev_1' }), 422],
    ];

  it.each(routes)('that %s too often has to wait', async (_, path, budget, json, status) => {
    const { name, quota, windowSeconds } = budget;
    const send = async (body: object) =>
      app.api.post(`/v1/auth/${path}`, { json: body, headers: from(source) });
    await limited.spend(budget, quota - 1, source);
    // What breaks the rules of the route is not counted.
    for (let at = 0; at < 2; at++) expect((await send({})).status).toBe(422);
    const last = await send(json());
    expect([last.status, last.headers.get('ratelimit')]).toEqual([
      status,
      `"${name}";r=0;t=${windowSeconds}`,
    ]);
    expect(last.headers.get('ratelimit-policy')).toBe(`"${name}";q=${quota};w=${windowSeconds}`);
    const refused = await send(json());
    expectProblem(refused, 429, 'rate-limited');
    expect(refused.headers.get('retry-after')).toBe(String(windowSeconds));
  });
});
