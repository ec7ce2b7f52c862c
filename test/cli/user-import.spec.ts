import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash } from 'bcryptjs';
import { importUsers } from '../../src/cli/index';
import type { TestApp } from '../support/app';
import { newAddress as address } from '../support/registrations';
import { sharedApp } from '../support/shared-app';

const PASSWORD = 'from the older system, 1998';

describe('users of an older system', () => {
  let app: TestApp;
  let folder: string;
  let passwordHash: string;
  let printed: string[];

  beforeAll(async () => {
    app = await sharedApp({ smtp: true, env: { REQUIRE_VERIFIED_EMAIL: 'true' } });
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-import-'));
    passwordHash = (await hash(PASSWORD, 4)).replace(/^\$2b/, '$2y');
  });

  beforeEach(() => (printed = []));

  afterAll(() => rmSync(folder, { recursive: true }));

  const count = async () => (await app.query<object>('SELECT FROM users')).length;

  async function take(lines: readonly (object | string)[], { dryRun = false, end = '\n' } = {}) {
    const file = join(folder, 'users.jsonl');
    const texts = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
    writeFileSync(file, texts.join(end));
    return importUsers(app.nest, { file, dryRun }, (line) => printed.push(line));
  }

  it('sign in with their passwords, and the hash is today’s from then on', async () => {
    const email = address();
    expect(
      await take([
        { email: ` ${email.toUpperCase()} `, passwordHash, emailVerified: true, displayName: 'Åsa' },
      ]),
    ).toEqual({
      imported: 1,
      refusedCount: 0,
      refused: [],
    });
    const { accessToken: token } = await app.signIn({ email, password: PASSWORD });
    expect((await app.api.get('/v1/users/me', { token })).body).toMatchObject({
      email,
      emailVerified: true,
      displayName: 'Åsa',
    });
    const [row] = await app.query<{ hash: string }>(
      'SELECT hash FROM credentials JOIN users ON id = user_id WHERE email = $1',
      [email],
    );
    expect(row?.hash).toMatch(/^\$gatehouse\$/);
    await app.signIn({ email, password: PASSWORD });
  });

  it('have to prove their address first where the older system did not say that they had', async () => {
    const email = address();
    await take([{ email, passwordHash }]);
    expect((await app.api.post('/v1/auth/login', { json: { email, password: PASSWORD } })).status).toBe(401);
  });

  it.each([
    ['no JSON', 'email: ada'],
    ['a list', '[]'],
    ['no address', { passwordHash: '' }],
    ['an address that is none', { email: 'ada@localhost' }],
    ['no hash', { passwordHash: undefined }],
    ['a hash of another kind', { passwordHash: '$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA' }],
    ['a hash of ours', { passwordHash: `$gatehouse$k=abc$2b$10$${'a'.repeat(53)}` }],
    ['a hash that would take hours to check', { passwordHash: `$2b$16$${'a'.repeat(53)}` }],
    ['a cost that bcrypt does not have', { passwordHash: `$2b$32$${'a'.repeat(53)}` }],
    ['a hash with a line break', { passwordHash: `$2b$10$${'a'.repeat(53)}\n` }],
    ['a number for a hash', { passwordHash: 12 }],
    ['a name that draws', { displayName: '\u001b[2J' }],
    ['a word for whether the address was proven', { emailVerified: 'yes' }],
    ['a property that is not known', { roles: ['admin'] }],
    ...['__proto__', 'constructor', 'prototype', 'toString'].map((name): [string, string] => [
      `a property ${name}`,
      `{"email":"proto@example.com","passwordHash":"$2b$04$${'b'.repeat(53)}","${name}":{"emailVerified":true}}`,
    ]),
    ...[
      '"email":"b@example.com"',
      '"\\u0065mail" : "b@example.com"',
      '"emailVerified":true,"emailVerified":false',
    ].map((again): [string, string] => [
      `a property twice: ${again}`,
      `{"email":"a@example.com","passwordHash":"$2b$04$${'b'.repeat(53)}",${again}}`,
    ]),
    ['a line without end', 'x'.repeat(70_000)],
  ])('are refused by line with %s, and the others go in', async (_, bad) => {
    const [first, last] = [address(), address()];
    const line = typeof bad === 'string' ? bad : { email: address(), passwordHash, ...bad };
    const result = await take([{ email: first, passwordHash }, '', line, { email: last, passwordHash }]);
    expect(result).toEqual({
      imported: 2,
      refusedCount: 1,
      refused: [{ line: 3, reason: expect.any(String) }],
    });
    expect(JSON.stringify([result, printed])).not.toMatch(/aaaaaaaa|aGFzaA/);
  });

  it('may have text in a name that looks like a property', async () => {
    const line = { email: address(), passwordHash, displayName: '{"email": \\"email": "x' };
    expect(await take([line])).toMatchObject({ imported: 1, refusedCount: 0 });
  });

  it('do not get an address that an account has or may recover, or that is earlier in the file', async () => {
    const [kept, twice] = [address(), address()];
    const { email: taken } = await app.someone();
    await app.query(
      `INSERT INTO former_emails (email, user_id, reserved_until) SELECT $1, id, $2 FROM users WHERE email = $3`,
      [kept, new Date(app.clock.nowMs() + 60_000), taken],
    );
    const lines = [taken, kept, twice, twice].map((email) => ({ email, passwordHash }));
    const { imported, refused } = await take(lines);
    expect([imported, refused.map(({ line }) => line)]).toEqual([1, [1, 2, 4]]);
    app.clock.advance({ minutes: 2 });
    expect((await take([{ email: kept, passwordHash }])).imported).toBe(1);
  });

  it('come in once, however often the file is given', async () => {
    const lines = Array.from({ length: 600 }, () => ({ email: address(), passwordHash }));
    const before = await count();
    expect(await take(lines.slice(0, 350))).toMatchObject({ imported: 350, refusedCount: 0 });
    expect(await take(lines)).toMatchObject({ imported: 250, refusedCount: 350 });
    expect(await take(lines)).toMatchObject({ imported: 0, refusedCount: 600 });
    expect(await count()).toBe(before + 600);
  });

  it('are not written when that is only tried', async () => {
    const { email: taken } = await app.someone();
    const before = await count();
    const lines = [taken, address()].map((email) => ({ email, passwordHash }));
    expect(await take(lines, { dryRun: true })).toMatchObject({ imported: 1, refused: [{ line: 1 }] });
    expect(await count()).toBe(before);
  });

  it('may come from a system that ends its lines otherwise', async () => {
    const lines = [address(), address()].map((email) => ({ email, passwordHash }));
    expect(
      (await take([`\ufeff${JSON.stringify(lines[0])}`, lines[1] ?? ''], { end: '\r\n' })).imported,
    ).toBe(2);
  });
});
