import { PasswordsService } from '../src/passwords';
import { PASSWORD, startApp, type TestApp } from './support/app';
import { cookiesOf, Jar, signedIn } from './support/cookies';
import { ALLOWED, askAs, type Asked, ORIGINS, OWN, SITES, type Values } from './support/page-requests';
import { expectProblem } from './support/problem';

describe('a request that a page may have made', () => {
  let app: TestApp;
  let person: { email: string; password: string };
  let jar: Jar;

  beforeAll(async () => {
    app = await startApp({ env: { CORS_ORIGINS: `https://other.example.test,${ALLOWED}` } });
    person = await app.someone();
    jar = await new Jar(app).signIn(person);
  });

  afterAll(async () => app.close());

  /** All that a request could have changed. */
  const state = async () => [
    await app.query('SELECT id, generation, last_used_at, revoked_at FROM sessions ORDER BY id'),
    await app.query('SELECT id, display_name, updated_at FROM users ORDER BY id'),
  ];

  const byCookie: [string, number, () => Promise<Asked>][] = [
    [
      'a guarded PATCH',
      200,
      async () => ({ route: 'PATCH /v1/users/me', json: { displayName: `${Math.random()}` }, jar }),
    ],
    ['a guarded DELETE', 204, async () => ({ route: 'DELETE /v1/sessions', jar })],
    [
      'a reauthentication',
      200,
      async () => ({ route: 'POST /v1/auth/reauthenticate', json: { password: PASSWORD }, jar }),
    ],
    ['a refresh', 200, async () => ({ route: 'POST /v1/auth/refresh', jar: (jar = await signedIn(app)) })],
    ['a sign-out', 204, async () => ({ route: 'POST /v1/auth/logout', jar })],
    ['a sign-in', 200, async () => ({ route: 'POST /v1/auth/login?useCookies=true', json: person })],
  ];

  describe.each(byCookie)('by cookies, being %s,', (_, status, request) => {
    it.each(SITES)(
      'with Sec-Fetch-Site %j passes with the Origin of our pages, and otherwise as the table has it',
      async (site, passing) => {
        jar = await new Jar(app).signIn(person);
        const verify = jest.spyOn(app.nest.get(PasswordsService), 'verify');
        const passes = (origin: Values) => passing.includes(origin);
        const refused = ORIGINS.filter((origin) => !passes(origin));
        const asked = await request();
        const before = await state();
        verify.mockClear();
        const answers = await Promise.all(refused.map(async (origin) => askAs(app, asked, site, origin)));
        for (const answer of answers) {
          expectProblem(answer, 403, 'cross-site-request');
          expect(cookiesOf(answer)).toEqual({});
        }
        expect(await state()).toEqual(before);
        expect(verify).not.toHaveBeenCalled();
        verify.mockRestore();
        for (const origin of ORIGINS.filter(passes)) {
          const answer = await askAs(app, asked, site, origin);
          expect({ origin, status: answer.status }).toEqual({ origin, status });
        }
      },
    );
  });
});

describe('without CORS_ORIGINS', () => {
  it('our own origin passes, and no other does', async () => {
    const app = await startApp({ env: { PUBLIC_URL: 'http://localhost:3000' } });
    try {
      const jar = await signedIn(app);
      const rename = async (origin: string) =>
        jar.send('PATCH', '/v1/users/me', { json: { displayName: 'Ada' }, headers: { origin } });
      expect((await rename('http://localhost:3000')).status).toBe(200);
      for (const origin of [ALLOWED, OWN, 'http://localhost', 'https://localhost:3000', app.api.url])
        expectProblem(await rename(origin), 403, 'cross-site-request');
    } finally {
      await app.close();
    }
  });
});
