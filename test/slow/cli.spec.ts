import { Client } from 'pg';
import type { TokenBody } from '../support/api';
import { PASSWORD } from '../support/app';
import { type Ended, runCommand } from '../support/command';
import { createDatabase, type TestDatabase } from '../support/database';
import { withinBound } from '../support/eventually';
import { Home, type Instance } from '../support/home';
import { freePort } from '../support/process';
import { expectProblem } from '../support/problem';
import { AUTH_SECRET } from '../support/settings';

// Of the password "hunter2 hunter2 hunter2", by another system's bcrypt at cost 4.
const HASH = '$2b$04$abcdefghijklmnopqrstuu8KdTdTgQPQKfNJWzZ9WqHqS1eZIbW1e';
const PERSON = { email: 'ada@example.com', password: PASSWORD };

describe('a command beside a running production instance', () => {
  let database: TestDatabase;
  let outside: Client;
  let home: Home;
  let env: Record<string, string>;
  let instance: Instance;

  beforeAll(async () => {
    database = await createDatabase();
    outside = new Client(database.url);
    await outside.connect();
    home = new Home();
    env = {
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://auth.example.test',
      AUTH_SECRET,
      DATABASE_URL: database.url,
      BCRYPT_COST: '10',
      HOST: '127.0.0.1',
      TRUSTED_PROXIES: '127.0.0.1',
      SMTP_URL: 'smtp://127.0.0.1:9',
      MAIL_FROM: 'Gatehouse <no-reply@example.test>',
      METRICS_PORT: String(await freePort()),
    };
    instance = await home.start(env);
    expect((await instance.api.post('/v1/auth/register', { json: PERSON })).status).toBe(202);
  });

  afterAll(async () => {
    await home.clear();
    await outside.end();
    await database.drop();
  });

  const run = async (
    args: readonly string[],
    other: Record<string, string> = {},
    input = '',
  ): Promise<Ended> => runCommand(home.folder, { ...env, ...other }, args, input);
  const mails = async () => (await outside.query<object>('SELECT id, attempts FROM mails ORDER BY id')).rows;

  it('takes neither its port for figures nor a mail that waits', async () => {
    const { code, stdout } = await run(['users:list', '--json']);
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      { users: [expect.objectContaining({ email: PERSON.email, emailVerified: false, status: 'active' })] },
    ]);
    const before = await mails();
    expect(before.length).toBeGreaterThan(0);
    // The instance itself could take it up in between, which changes the number of attempts.
    await instance.kill();
    const still = await mails();
    expect((await run(['users:list'])).code).toBe(0);
    expect(await mails()).toEqual(still);
    instance = await home.start(env);
  });

  it('ends the sessions of a user on it at once', async () => {
    const { api } = instance;
    const { body } = await api.post<TokenBody>('/v1/auth/login', { json: PERSON });
    const token = body.accessToken;
    expect((await api.get('/v1/users/me', { token })).status).toBe(200);
    const { code, stdout } = await run(['sessions:end', '--user', 'ADA@example.com']);
    expect([code, stdout]).toEqual([0, 'ada@example.com is signed out everywhere.\n']);
    await withinBound(async () =>
      expectProblem(await api.get('/v1/users/me', { token }), 401, 'invalid-token'),
    );
  });

  it('ends the sessions of everybody only when that is meant, and says of how many', async () => {
    const { api } = instance;
    const { body } = await api.post<TokenBody>('/v1/auth/login', { json: PERSON });
    const token = body.accessToken;
    expect(await run(['sessions:end', '--all'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('--yes'),
    });
    expect((await api.get('/v1/users/me', { token })).status).toBe(200);
    const { code, stdout } = await run(['sessions:end', '--all', '--yes', '--json']);
    expect([code, JSON.parse(stdout)]).toEqual([0, { users: 1 }]);
    await withinBound(async () =>
      expectProblem(await api.get('/v1/users/me', { token }), 401, 'invalid-token'),
    );
    expect(JSON.parse((await run(['sessions:end', '--all', '--yes', '--json'])).stdout)).toEqual({
      users: 0,
    });
  });

  it('reads users from the standard input, tells the lines it refuses and repeats no hash', async () => {
    const lines = [
      { email: 'Grace@Example.com', passwordHash: HASH },
      { email: 'nobody', passwordHash: HASH },
    ];
    const input = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    const first = await run(['users:import', '-'], {}, input);
    expect(first).toMatchObject({ code: 1, stdout: '1 users were imported. 1 lines were refused.\n' });
    expect(first.stderr).toMatch(/^line 2 email: /);
    const again = await run(['users:import', '-', '--json'], {}, input);
    expect(JSON.parse(again.stdout)).toMatchObject({ imported: 0, refusedCount: 2 });
    expect([again.code, again.stderr]).toEqual([1, '']);
    expect(Object.values({ ...first, ...again }).join()).not.toContain(HASH.slice(7));
  });

  it.each([
    ['no command', [], 'Usage: gatehouse'],
    ['an unknown command', ['users:burn'], 'unknown command'],
    ['an unknown option', ['users:list', '--everything'], 'unknown option'],
    ['a missing argument', ['keys:revoke'], 'missing required argument'],
    ['an argument too many', ['db:migrate', 'now'], 'too many arguments'],
    ['a limit that is none', ['users:list', '--limit', '1e9'], 'whole number'],
    ['a status that there is not', ['users:list', '--status', 'asleep'], 'Allowed choices'],
    ['no user to sign out', ['sessions:end'], '--user'],
    ['both one and all', ['sessions:end', '--all', '--user', 'ada@example.com'], 'cannot be used with'],
  ])('says what was wrong with %s, and ends with 2', async (_, args, words) => {
    expect(await run(args)).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining(words) });
    const { code, stdout, stderr } = await run([...args, '--json']);
    expect([code, stdout, JSON.parse(stderr)]).toEqual([2, '', { error: expect.any(String) }]);
  });

  it('fails with 1 and a document of its own for programs', async () => {
    const { code, stdout, stderr } = await run(['sessions:end', '--user', 'nobody@example.com', '--json']);
    expect([code, stdout, JSON.parse(stderr)]).toEqual([
      1,
      '',
      { error: expect.stringContaining('There is no user') },
    ]);
  });

  it('cannot be made to draw in the terminal by what stands in the database', async () => {
    await outside.query(
      `UPDATE users SET email = E'\\u001b[2J\\u009b31m\\u202e@example.com' WHERE email = $1`,
      [PERSON.email],
    );
    for (const args of [['users:list'], ['users:list', '--json']]) {
      const { stdout } = await run(args);
      expect(stdout).toContain('\\u001b[2J\\u009b31m\\u202e@example.com');
    }
    await outside.query(`UPDATE users SET email = $1 WHERE email LIKE '%31m%'`, [PERSON.email]);
  });

  it('tells which signing key signs', async () => {
    const next = JSON.parse((await run(['keys:rotate', '--json'])).stdout) as { kid: string };
    const { stdout } = await run(['keys:list', '--json']);
    const { keys } = JSON.parse(stdout) as { keys: { kid: string; signs: boolean }[] };
    expect(keys.map(({ signs }) => signs)).toEqual([false, true]);
    expect(keys[0]?.kid).toBe(next.kid);
  });
});

describe('db:migrate', () => {
  it('needs no more than DATABASE_URL, says what it applied, and leaves no file behind', async () => {
    const database = await createDatabase({ empty: true });
    const home = new Home();
    const env = { NODE_ENV: 'production', DATABASE_URL: database.url };
    const first = await runCommand(home.folder, env, ['db:migrate']);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(/^applied CreateKeys1795000000000\n[^]*The schema is up to date\.\n$/);
    const again = await runCommand(home.folder, env, ['db:migrate', '--json']);
    expect([again.code, JSON.parse(again.stdout)]).toEqual([0, { applied: [] }]);
    await home.clear();
    await database.drop();
  });
});
