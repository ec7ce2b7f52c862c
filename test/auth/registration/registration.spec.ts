import type { ProblemBody } from '../../support/api';
import { PASSWORD, type TestApp } from '../../support/app';
import { inParallel } from '../../support/parallel';
import { newAddress as address, profileOf as profileIn } from '../../support/registrations';
import { sharedApp } from '../../support/shared-app';

const OTHER = 'nine calm badgers on a ferry';

let app: TestApp;

const register = (json: unknown) => app.api.post<ProblemBody>('/v1/auth/register', { json });
const logIn = (json: object) => app.api.post('/v1/auth/login', { json });
const profileOf = async (person: { email: string; password: string }) => profileIn(app, person);

describe('signing up', () => {
  beforeAll(async () => {
    app = await sharedApp();
  });

  it('creates an active, unverified account that can sign in where that is allowed', async () => {
    const person = { email: address(), password: PASSWORD };
    expect((await register({ ...person, displayName: 'Ada' })).status).toBe(202);
    expect(await profileOf(person)).toMatchObject({
      email: person.email,
      emailVerified: false,
      displayName: 'Ada',
      roles: [],
    });
  });

  it('returns the same bytes and headers whether or not the address has an account', async () => {
    const email = address();
    const visible = async (json: object) => {
      const { status, text, headers } = await register(json);
      const { date, 'x-request-id': requestId, ...others } = Object.fromEntries(headers);
      expect([date, requestId]).not.toContain(undefined);
      return { status, text, others };
    };
    const free = await visible({ email, password: PASSWORD });
    expect(free).toMatchObject({ status: 202, text: '{}', others: { 'cache-control': 'no-store' } });
    expect(await visible({ email, password: PASSWORD })).toEqual(free);
    expect(await visible({ email, password: OTHER, displayName: 'Eve' })).toEqual(free);
    expect(await visible({ email: email.toUpperCase(), password: OTHER })).toEqual(free);
  });

  it('with the address of an account does not change that account', async () => {
    const person = { email: address(), password: PASSWORD };
    await register({ ...person, displayName: 'Ada' });
    const before = await profileOf(person);
    app.clock.advance({ hours: 1 });
    for (const email of [person.email, person.email.toUpperCase(), ` ${person.email} `])
      expect((await register({ email, password: OTHER, displayName: 'Eve' })).status).toBe(202);
    expect((await logIn({ ...person, password: OTHER })).status).toBe(401);
    expect(await profileOf(person)).toEqual(before);
  });

  it('four times at once with one address creates one account, from one of the requests', async () => {
    const email = address();
    const passwords = Array.from({ length: 4 }, (_, index) => `${PASSWORD} no. ${index}`);
    const answers = await inParallel(4, (index) => register({ email, password: passwords[index] }));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(new Set(['202 {}']));
    expect(await app.query('SELECT id FROM users WHERE email = $1', [email])).toHaveLength(1);
    const signIns = await Promise.all(passwords.map((password) => logIn({ email, password })));
    expect(signIns.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  // Every form of an address and of a name: src/users/email-address.spec.ts and display-name.spec.ts.
  it.each([
    ['email', ''],
    ['email', 'ada@localhost'],
    ['email', 'ada@example.com\r\nBcc: eve@example.com'],
    ['email', ['ada@example.com']],
    ['displayName', '   '],
    ['displayName', 'Ada\u202etxt.exe'],
    ['displayName', ['Ada']],
  ])('is refused with the %s %j', async (name, value) => {
    const { status, body } = await register({ email: address(), password: PASSWORD, [name]: value });
    expect(status).toBe(422);
    expect(body.errors?.map(({ pointer }) => pointer)).toEqual([`/${name}`]);
  });

  it.each([
    ['  Zoe\u0308 Lovelace ', 'Zoë Lovelace'],
    ['<script>alert(1)</script>', '<script>alert(1)</script>'],
    [undefined, null],
  ])('keeps the name %j as %j', async (displayName, kept) => {
    const person = { email: address(), password: PASSWORD };
    expect((await register({ ...person, displayName })).status).toBe(202);
    expect((await profileOf(person)).displayName).toBe(kept);
  });

  it('is refused with an unknown property', async () => {
    const properties = {
      id: '019abcde-0000-7000-8000-000000000000',
      roles: ['admin'],
      emailVerified: true,
      email_verified: true,
      status: 'active',
      accessVersion: 99,
      createdAt: '2001-01-01T00:00:00Z',
    };
    const email = address();
    for (const [name, value] of Object.entries(properties)) {
      const { status, body } = await register({ email, password: PASSWORD, [name]: value });
      expect(status).toBe(422);
      expect(body.errors).toMatchObject([{ pointer: `/${name}`, code: 'unknown-property' }]);
    }
    expect(await app.query('SELECT id FROM users WHERE email = $1', [email])).toEqual([]);
  });

  it('reports every fault at once, and repeats no input', async () => {
    const { body, text } = await register({ email: 'no-address', password: '', displayName: 7, admin: true });
    const pointers = body.errors?.map(({ pointer }) => pointer).toSorted();
    expect(pointers).toEqual(['/admin', '/displayName', '/email', '/password']);
    expect(text).not.toContain('no-address');
  });
});

describe('signing up where addresses must be verified', () => {
  beforeAll(async () => {
    app = await sharedApp({ smtp: true, env: { REQUIRE_VERIFIED_EMAIL: 'true' } });
  });

  it('does not admit the new account', async () => {
    const person = { email: address(), password: PASSWORD };
    expect((await register(person)).status).toBe(202);
    expect((await logIn(person)).status).toBe(401);
    const sessions = 'SELECT s.id FROM sessions s JOIN users u ON u.id = user_id WHERE email = $1';
    expect(await app.query(sessions, [person.email])).toEqual([]);
    await app.query('UPDATE users SET email_verified = true WHERE email = $1', [person.email]);
    expect((await logIn(person)).status).toBe(200);
  });
});
