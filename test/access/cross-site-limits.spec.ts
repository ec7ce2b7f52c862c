import type { Call } from '../support/api';
import type { Person, TestApp } from '../support/app';
import { cookiesOf, isOpen, Jar, REFRESH, signedIn } from '../support/cookies';
import { ABSENT, expectAnsweredTo, NEVER_ASKED, OWN } from '../support/page-requests';
import { expectProblem } from '../support/problem';
import { sharedApp } from '../support/shared-app';

// With every Sec-Fetch-Site: slow/cross-site.spec.ts.
describe('the CSRF check', () => {
  let app: TestApp;
  let person: Person;
  let jar: Jar;

  beforeAll(async () => {
    app = await sharedApp();
    person = await app.someone();
    jar = await new Jar(app).signIn(person);
  });

  it.each(NEVER_ASKED)('does not apply to %s', async (_, status, request) => {
    jar = await new Jar(app).signIn(person);
    const asked = request(jar, person);
    await expectAnsweredTo(app, asked, status, [
      [['cross-site'], ['https://evil.example']],
      [['same-site'], ['null']],
      [ABSENT, ['https://evil.example']],
      [['same-origin'], [OWN]],
    ]);
  });

  describe('comes first: a request of another site', () => {
    const CROSS = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    const crossSite = async (route: string, cookies: Record<string, string>, call: Call = {}) => {
      const [method = '', path = ''] = route.split(' ');
      return new Jar(app).keep(cookies).send(method, path, { ...call, headers: CROSS });
    };

    it('is refused before its body is validated', async () => {
      const { all } = await signedIn(app);
      const garbage = Object.fromEntries(Object.keys(all).map((name) => [name, 'nonsense']));
      const wrong = { ...person, password: 'not the password of any user' };
      const signIn = 'POST /v1/auth/login?useCookies=true';
      for (const answer of [
        await crossSite('PATCH /v1/users/me', all, { json: { displayName: 5, other: true } }),
        await crossSite('PATCH /v1/users/me', garbage, { json: { displayName: 'Ada' } }),
        await crossSite('POST /v1/auth/reauthenticate', all, { json: { password: wrong.password } }),
        await crossSite('POST /v1/auth/refresh', garbage),
        await crossSite('POST /v1/auth/logout', garbage),
        await crossSite(signIn, {}),
        await crossSite(signIn, {}, { json: { email: 5 } }),
        await crossSite(signIn, {}, { json: wrong }),
      ]) {
        expectProblem(answer, 403, 'cross-site-request');
        expect(cookiesOf(answer)).toEqual({});
      }
    });

    it('cannot revoke a session by an earlier refresh cookie', async () => {
      const mine = await signedIn(app);
      const old = mine.refresh;
      for (let round = 0; round < 2; round++) await mine.send('POST', '/v1/auth/refresh');
      expectProblem(await crossSite('POST /v1/auth/refresh', { [REFRESH]: old }), 403, 'cross-site-request');
      expect(await isOpen(app, mine)).toBe(true);
    });

    it('is refused without a challenge, because signing in would not help', async () => {
      const { headers } = await crossSite('PATCH /v1/users/me', jar.all, { json: {} });
      expect(headers.get('www-authenticate')).toBeNull();
    });
  });
});
