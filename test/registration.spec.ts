import type { ProblemBody } from './support/api';
import { PASSWORD, startApp, type TestApp } from './support/app';
import { inParallel } from './support/parallel';

const OTHER = 'nine calm badgers on a ferry';

let app: TestApp;
let people = 0;

const address = () => `newcomer-${++people}@example.com`;
const register = (json: unknown) => app.api.post<ProblemBody>('/v1/auth/register', { json });
const logIn = (json: object) => app.api.post<{ accessToken: string }>('/v1/auth/login', { json });

async function profileOf(person: object): Promise<Record<string, unknown>> {
  return (await app.api.get('/v1/users/me', { token: (await logIn(person)).body.accessToken })).body;
}

describe('signing up', () => {
  beforeAll(async () => {
    app = await startApp();
  });

  afterAll(async () => app.close());

  it('makes an account that is active, not verified, and able to sign in where that is allowed', async () => {
    const person = { email: address(), password: PASSWORD };
    expect((await register({ ...person, displayName: 'Ada' })).status).toBe(202);
    expect(await profileOf(person)).toMatchObject({
      email: person.email,
      emailVerified: false,
      displayName: 'Ada',
      roles: [],
    });
  });

  it('answers the same bytes and headers whether or not the address is taken', async () => {
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

  it('with a taken address changes nothing of the account that has it', async () => {
    const person = { email: address(), password: PASSWORD };
    await register({ ...person, displayName: 'Ada' });
    const before = await profileOf(person);
    app.clock.advance({ hours: 1 });
    for (const email of [person.email, person.email.toUpperCase(), ` ${person.email} `])
      expect((await register({ email, password: OTHER, displayName: 'Eve' })).status).toBe(202);
    expect((await logIn({ ...person, password: OTHER })).status).toBe(401);
    expect(await profileOf(person)).toEqual(before);
  });

  it('20 times at once with one address makes one account, of one of them', async () => {
    const email = address();
    const passwords = Array.from({ length: 20 }, (_, index) => `${PASSWORD} no. ${index}`);
    const answers = await inParallel(20, (index) => register({ email, password: passwords[index] }));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(new Set(['202 {}']));
    expect(await app.query('SELECT id FROM users WHERE email = $1', [email])).toHaveLength(1);
    const signIns = await Promise.all(passwords.map((password) => logIn({ email, password })));
    expect(signIns.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it.each([
    '',
    'ada',
    '@example.com',
    'ada@',
    'ada@example',
    'ada@@example.com',
    'ada@localhost',
    'a b@example.com',
    '.ada@example.com',
    'ada.@example.com',
    'a..da@example.com',
    '"ada"@example.com',
    'ada@[127.0.0.1]',
    'ada@127.0.0.1',
    'ada@example.com.',
    'ada@-example.com',
    'ada@exa_mple.com',
    'ada@example.com\r\nBcc: eve@example.com',
    'ada\0@example.com',
    'ada@example.com\0.evil.example',
    'Ada <ada@example.com>',
    'ada@example.com,eve@example.com',
    'ada@example.com?cc=eve@example.com',
    'mailto:ada@example.com',
    'ädä@example.com',
    'ad\u0430@example.com',
    '\u212Aarl@example.com',
    'ada\u200b@example.com',
    'ada@exam\u200bple.com',
    'ada@example.com/../',
    'ada@ex\u2044ample.com',
    `${'a'.repeat(65)}@example.com`,
    `ada@${'a'.repeat(64)}.com`,
    `ada@${'a.'.repeat(124)}com`,
    '\ud800@example.com',
    'ada@\ud800.com',
    'ada@xn--a.com',
  ])('is refused with %j for an e-mail address', async (email) => {
    const { status, body } = await register({ email, password: PASSWORD });
    expect(status).toBe(422);
    expect(body.errors?.map(({ pointer }) => pointer)).toEqual(['/email']);
  });

  it.each([
    ['Ada', 'Ada'],
    ['  Ada Lovelace ', 'Ada Lovelace'],
    ['Zoe\u0308', 'Zoë'],
    ["Renée O'Connor-Smith, Jr.", "Renée O'Connor-Smith, Jr."],
    ['<script>alert(1)</script>', '<script>alert(1)</script>'],
    ['🦦'.repeat(100), '🦦'.repeat(100)],
    [null, null],
    [undefined, null],
  ])('keeps the name %j as %j', async (displayName, kept) => {
    const person = { email: address(), password: PASSWORD };
    expect((await register({ ...person, displayName })).status).toBe(202);
    expect((await profileOf(person)).displayName).toBe(kept);
  });

  it.each([
    [''],
    ['   '],
    ['a'.repeat(101)],
    ['Ada\nLovelace'],
    ['Ada\0'],
    ['Ada\u202etxt.exe'],
    ['Ada\u2028Eve'],
    ['\ud83e'],
    [1],
    [true],
    [{}],
    [['Ada']],
  ])('is refused with %j for a name', async (displayName) => {
    const { status, body } = await register({ email: address(), password: PASSWORD, displayName });
    expect(status).toBe(422);
    expect(body.errors?.map(({ pointer }) => pointer)).toEqual(['/displayName']);
  });

  it.each([
    ['id', '019abcde-0000-7000-8000-000000000000'],
    ['roles', ['admin']],
    ['emailVerified', true],
    ['email_verified', true],
    ['status', 'active'],
    ['accessVersion', 99],
    ['createdAt', '2001-01-01T00:00:00Z'],
  ])('is refused with a property of its own choice: %s', async (name, value) => {
    const email = address();
    const { status, body } = await register({ email, password: PASSWORD, [name]: value });
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([{ pointer: `/${name}`, code: 'unknown-property' }]);
    expect(await app.query('SELECT id FROM users WHERE email = $1', [email])).toEqual([]);
  });

  it('names every fault at once, and repeats none of what was sent', async () => {
    const { body, text } = await register({ email: 'no-address', password: '', displayName: 7, admin: true });
    const pointers = body.errors?.map(({ pointer }) => pointer).toSorted();
    expect(pointers).toEqual(['/admin', '/displayName', '/email', '/password']);
    expect(text).not.toContain('no-address');
  });
});

describe('signing up where addresses must be verified', () => {
  beforeAll(async () => {
    app = await startApp({ env: { REQUIRE_VERIFIED_EMAIL: 'true' } });
  });

  afterAll(async () => app.close());

  it('does not let the new account in', async () => {
    const person = { email: address(), password: PASSWORD };
    expect((await register(person)).status).toBe(202);
    expect((await logIn(person)).status).toBe(401);
    expect(await app.query('SELECT id FROM sessions')).toEqual([]);
    await app.query('UPDATE users SET email_verified = true WHERE email = $1', [person.email]);
    expect((await logIn(person)).status).toBe(200);
  });
});
