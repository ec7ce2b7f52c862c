import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { Api, type TokenBody } from '../support/api';
import { TEST_ENVIRONMENT } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { Home, type Instance } from '../support/home';
import { inParallel } from '../support/parallel';
import { expectProblem } from '../support/problem';
import { BuiltProcess } from '../support/process';
import { boundMsOf, insertKey, keySetOf, kidOf, kidsOf, statusWith } from '../support/signing';

const PERSON = { email: 'ada@example.com', password: 'teal otters juggle 7 lanterns' };
// That of the template's keys.
const SECRET = TEST_ENVIRONMENT.AUTH_SECRET ?? '';
const UNKNOWN_KID = 'A'.repeat(43);

describe('the signing keys of two instances, by command', () => {
  let database: TestDatabase;
  let outside: Client;
  let home: Home;
  let env: Record<string, string>;
  let instances: Instance[];

  beforeAll(async () => {
    database = await createDatabase();
    outside = new Client(database.url);
    await outside.connect();
    home = new Home();
    env = {
      NODE_ENV: 'test',
      AUTH_SECRET: SECRET,
      DATABASE_URL: database.url,
      LOG_LEVEL: 'info',
    };
    instances = await inParallel(2, async () => home.start(env));
    expect((await api(0).post('/v1/auth/register', { json: PERSON })).status).toBe(202);
  });

  afterAll(async () => {
    await home.clear();
    await outside.end();
    await database.drop();
  });

  async function run(args: readonly string[], other: Record<string, string> = {}) {
    const PUBLIC_URL = 'https://auth.example.test';
    const command = new BuiltProcess(home.folder, { PUBLIC_URL, ...env, ...other }, ['cli.js', ...args]);
    return { code: await command.ended(), output: command.output };
  }

  const api = (index: number): Api => {
    const instance = instances[index];
    if (!instance) throw new Error(`there is no instance ${index}`);
    return instance.api;
  };
  const signIn = async (index: number) =>
    (await api(index).post<TokenBody>('/v1/auth/login', { json: PERSON })).body;
  const rows = async () => (await outside.query<object>('SELECT * FROM keys ORDER BY id')).rows;
  const onBoth = async (expectation: (one: Instance) => Promise<void>) => {
    for (const one of instances) await expectation(one);
  };

  it('keys:revoke refuses every token of the key on both within the published bound', async () => {
    const tokens = [await signIn(0), await signIn(1)];
    const all = tokens.map(({ accessToken }) => accessToken);
    const [kid = ''] = all.map(kidOf);
    expect(all.map(kidOf)).toEqual([kid, kid]);
    // Both instances have seen both, and would not check their signatures again.
    await onBoth(async (one) => {
      for (const token of all) expect(await statusWith(one, token)).toBe(200);
    });
    const within = await boundMsOf({ api: api(0) });

    const { code, output } = await run(['keys:revoke', kid]);
    expect([code, output]).toEqual([0, expect.stringContaining(`${kid} is revoked`)]);
    await eventually(async () => {
      await onBoth(async (one) => {
        for (const token of all)
          expectProblem(await one.api.get('/v1/users/me', { token }), 401, 'invalid-token');
        expect(await kidsOf(one)).not.toContain(kid);
      });
    }, within);

    const [successor] = await kidsOf({ api: api(0) });
    const { body } = await keySetOf({ api: api(0) });
    expect((await keySetOf({ api: api(1) })).body).toEqual(body);
    for (const [index, { refreshToken }] of tokens.entries()) {
      const renewed = await api(1 - index).post<TokenBody>('/v1/auth/refresh', { json: { refreshToken } });
      expect([renewed.status, kidOf(renewed.body.accessToken)]).toEqual([200, successor]);
      await onBoth(async (one) => expect(await statusWith(one, renewed.body.accessToken)).toBe(200));
    }
  });

  it('keys:rotate publishes the next key on both, and it does not sign yet', async () => {
    const kid = kidOf((await signIn(0)).accessToken);
    const before = await kidsOf({ api: api(0) });
    const within = await boundMsOf({ api: api(0) });
    const { code, output } = await run(['keys:rotate']);
    const [next = ''] = output.split(' ');
    expect([code, output]).toEqual([0, `${next} is published.\n`]);
    await eventually(async () => {
      await onBoth(async (one) => expect(await kidsOf(one)).toEqual([next, ...before]));
    }, within);
    for (const index of [0, 1]) expect(kidOf((await signIn(index)).accessToken)).toBe(kid);

    const stored = await rows();
    // Whatever algorithm the operator's shell has: a list makes no key.
    const listed = await run(['keys:list'], { JWT_ALGORITHM: 'PS256' });
    expect(await rows()).toEqual(stored);
    expect([listed.code, listed.output.trim().split('\n')]).toEqual([
      0,
      [next, ...before].map((id) => expect.stringMatching(new RegExp(`^${id}  ES256  20.*Z$`))),
    ]);
  });

  it('two that revoke the only key at once: one does, one is told, and one new key is made', async () => {
    const [kid = '', ...others] = await kidsOf({ api: api(0) });
    for (const other of others) expect((await run(['keys:revoke', other])).code).toBe(0);
    const within = await boundMsOf({ api: api(0) });
    const ended = await inParallel(2, async () => run(['keys:revoke', kid]));
    expect(ended.filter(({ code }) => code === 0)).toHaveLength(1);
    expect(ended.filter(({ output }) => output.includes(`No signing key is called ${kid}`))).toHaveLength(1);
    await eventually(async () => {
      const [first, second] = [await kidsOf({ api: api(0) }), await kidsOf({ api: api(1) })];
      expect([first.length, first]).toEqual([1, second]);
      expect(first).not.toContain(kid);
    }, within);
  });

  it.each(['-', '--'])('keys:revoke takes a kid that begins with %s', async (dashes) => {
    const kid = `${dashes}${UNKNOWN_KID.slice(dashes.length)}`;
    await insertKey(outside, kid, SECRET);
    await eventually(async () => onBoth(async (one) => expect(await kidsOf(one)).toContain(kid)));
    expect((await run(['keys:revoke', kid])).code).toBe(0);
    await eventually(async () => onBoth(async (one) => expect(await kidsOf(one)).not.toContain(kid)));
  });

  it.each([
    [
      'an unknown kid',
      [UNKNOWN_KID],
      1,
      `No signing key is called ${UNKNOWN_KID}.\n  → npm run cli -- keys:list`,
    ],
    ['an empty kid', [''], 1, 'No signing key is called'],
    ['no kid', [], 2, "missing required argument 'kid'"],
    ['two kids', [UNKNOWN_KID, UNKNOWN_KID], 2, 'too many arguments'],
    ['an option that there is not', ['--all'], 1, 'No signing key is called --all.'],
    ['a statement', [`' OR true --`], 1, 'No signing key is called'],
    ['--help', ['--help'], 0, 'Usage: gatehouse keys:revoke'],
  ])('keys:revoke with %s changes nothing', async (_, args, code, words) => {
    const before = await rows();
    expect(await run(['keys:revoke', ...args])).toEqual({ code, output: expect.stringContaining(words) });
    expect(await rows()).toEqual(before);
  });

  it('keys:revoke does not reach the secrets of other purposes', async () => {
    const { refreshToken } = await signIn(0);
    const { rows: others } = await outside.query<{ id: string }>(
      `SELECT id FROM keys WHERE purpose NOT LIKE '%signing'`,
    );
    expect(others.length).toBeGreaterThan(1);
    const before = await rows();
    for (const { id } of others) expect((await run(['keys:revoke', id])).code).toBe(1);
    expect(await rows()).toEqual(before);
    expect((await api(1).post('/v1/auth/refresh', { json: { refreshToken } })).status).toBe(200);
  });

  it('the commands refuse to work under an AUTH_SECRET that is not that of the keys', async () => {
    const before = await rows();
    for (const args of [['keys:rotate'], ['keys:list']]) {
      const { code, output } = await run(args, { AUTH_SECRET: randomBytes(32).toString('hex') });
      expect([code, output]).toEqual([1, expect.stringContaining('AUTH_SECRETS_RETIRED')]);
    }
    expect(await rows()).toEqual(before);
  });

  it('an instance that cannot unwrap a new key goes on with those that it knows, and leaves no connection behind', async () => {
    const { accessToken } = await signIn(0);
    const changed = { AUTH_SECRET: randomBytes(32).toString('hex'), AUTH_SECRETS_RETIRED: SECRET };
    const connections = async () =>
      (
        await outside.query<{ n: number }>(`SELECT count(*)::int AS n FROM pg_stat_activity
        WHERE datname = current_database() AND query ~ 'LISTEN|changes'`)
      ).rows[0]?.n ?? 0;
    expect((await run(['keys:rotate'], changed)).code).toBe(0);
    for (let attempt = 0; attempt < 20; attempt++)
      await onBoth(async (one) => expect(await statusWith(one, accessToken)).toBe(200));
    expect(await connections()).toBeLessThanOrEqual(4);

    const [kid = ''] = (await run(['keys:list'], changed)).output.split(' ');
    expect((await run(['keys:revoke', kid], changed)).code).toBe(0);
    await onBoth(async (one) => expect(await statusWith(one, accessToken)).toBe(200));
  });
});
