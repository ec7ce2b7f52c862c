import type { ProblemBody, TokenBody } from '../../support/api';
import { PASSWORD, type Person, type TestApp } from '../../support/app';
import { readJws } from '../../support/jws';
import { sharedApp } from '../../support/shared-app';

let app: TestApp;
let person: Person;

beforeAll(async () => {
  app = await sharedApp();
  person = await app.someone();
});

const logIn = (json: unknown, query = '') =>
  app.api.post<TokenBody & ProblemBody>(`/v1/auth/login${query}`, { json });

describe('signing in', () => {
  it('answers with the tokens of a new session, and nothing else', async () => {
    const { status, body, headers } = await logIn(person);
    expect(status).toBe(200);
    expect(body).toStrictEqual({
      accessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]{86}$/) as string,
      tokenType: 'Bearer',
      expiresIn: 900,
      refreshToken: expect.stringMatching(/^rt_[\w-]{112}$/) as string,
      refreshExpiresIn: 1_209_600,
      deviceToken: expect.stringMatching(/^dt_[\w-]{68}$/) as string,
    });
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('set-cookie')).toBeNull();
  });

  it('opens a session of its own each time', async () => {
    const [first, second] = [await app.signIn(person), await app.signIn(person)];
    expect(second.accessToken).not.toBe(first.accessToken);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(readJws(second.accessToken).claims.sid).not.toBe(readJws(first.accessToken).claims.sid);
    for (const { accessToken: token } of [first, second])
      expect((await app.api.get('/v1/users/me', { token })).status).toBe(200);
  });

  it('is refused to a disabled user, and allowed again once they are not disabled', async () => {
    const disabled = await app.someone();
    const set = (status: string) =>
      app.query('UPDATE users SET status = $2 WHERE email = $1', [disabled.email, status]);
    await set('disabled');
    expect((await logIn(disabled)).status).toBe(401);
    await set('active');
    expect((await logIn(disabled)).status).toBe(200);
  });

  it('accepts an address in any letter case and IDN form', async () => {
    const domain = `${person.email.split('@')[0]}.bücher.example`;
    await app.api.post('/v1/auth/register', { json: { email: `Ada@${domain}`, password: PASSWORD } });
    const stored = `ada@${domain.replace('bücher', 'xn--bcher-kva')}`;
    for (const email of [`ada@${domain}`, `ADA@${domain.toUpperCase()}`, ` \t${stored}\n`]) {
      const { status, body } = await logIn({ email, password: PASSWORD });
      expect(status).toBe(200);
      const profile = await app.api.get('/v1/users/me', { token: body.accessToken });
      expect(profile.body.email).toBe(stored);
    }
  });

  it('keeps dots and plus signs of an address distinct', async () => {
    const { email, password } = person;
    for (const other of [email.replace('person', 'per.son'), email.replace('@', '+news@')])
      expect((await logIn({ email: other, password })).status).toBe(401);
  });

  describe('with a password in the URL', () => {
    const query = () => `?${new URLSearchParams({ ...person }).toString()}`;

    it.each([
      {},
      { email: '', password: '' },
      { email: null, password: null },
      { email: 'ada@example.com' },
      { password: PASSWORD },
      [],
      null,
      'text',
    ])('does not work, whatever the body lacks: %j', async (json) => {
      const { status, body } = await logIn(json, query());
      expect([status, body.code]).toEqual([422, 'validation-failed']);
    });

    it('does not work without a body, nor beside a wrong one', async () => {
      expect((await app.api.post(`/v1/auth/login${query()}`)).status).toBe(422);
      expect((await logIn({ email: 'ada@example.com', password: PASSWORD }, query())).status).toBe(422);
    });

    it('does not work as a form, nor by GET', async () => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      expect((await app.api.post('/v1/auth/login', { raw: query().slice(1), headers })).status).toBe(415);
      expect((await app.api.get(`/v1/auth/login${query()}`)).status).toBe(405);
    });
  });

  describe('with values that are not strings', () => {
    const strange = [
      [],
      {},
      1,
      true,
      null,
      '',
      ['ada@example.com'],
      { length: 15 },
      { $ne: null },
      [PASSWORD],
    ];

    it.each(strange.map((value) => ({ value })))(
      '$value is neither address nor password',
      async ({ value }) => {
        for (const name of ['email', 'password']) {
          const { status, body } = await logIn({
            email: 'ada@example.com',
            password: PASSWORD,
            [name]: value,
          });
          expect([status, body.errors?.map(({ pointer }) => pointer)]).toEqual([422, [`/${name}`]]);
        }
      },
    );

    it('names a property that does not belong there', async () => {
      const { status, body } = await logIn({ ...person, roles: ['admin'] });
      expect(status).toBe(422);
      expect(body.errors).toMatchObject([{ pointer: '/roles', code: 'unknown-property' }]);
    });
  });
});
