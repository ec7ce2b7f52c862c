import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { runCommand } from '../support/command';
import { createDatabase, type TestDatabase } from '../support/database';
import { Home, type Instance } from '../support/home';
import { Instances, logOut, principal, refresh, refusal } from '../support/instances';
import { inParallel } from '../support/parallel';
import { PgBouncer } from './pgbouncer';
import { AUTH_SECRET } from '../support/settings';

interface Finding {
  readonly topic: string;
  readonly level: string;
  readonly message: string;
  readonly advice?: string;
}

const register = async ({ api }: Instance) => {
  const email = `person-${randomBytes(6).toString('hex')}@example.com`;
  return (await api.post('/v1/auth/register', { json: { email, password: 'teal otters juggle 7 lanterns' } }))
    .status;
};

async function diagnosed(home: Home, env: Record<string, string>) {
  const settings = { NODE_ENV: 'test', AUTH_SECRET, PUBLIC_URL: 'http://127.0.0.1:9', ...env };
  const { stdout } = await runCommand(home.folder, settings, ['doctor', '--json']);
  const { findings } = JSON.parse(stdout) as { findings: Finding[] };
  return (topic: string) => findings.filter((finding) => finding.topic === topic);
}

describe.each(['session', 'transaction'])('behind PgBouncer, pool_mode = %s', (mode) => {
  let database: TestDatabase;
  let pooler: PgBouncer;
  let home: Home;
  let instances: Instances;
  let env: Record<string, string>;

  beforeAll(async () => {
    database = await createDatabase({ empty: true });
    pooler = await PgBouncer.before(database.url, {
      pool_mode: mode,
      default_pool_size: mode === 'session' ? '40' : '4',
    });
    env = {
      DATABASE_POOLING: mode,
      ...(mode === 'transaction' && { DATABASE_DIRECT_URL: database.url }),
    };
    instances = new Instances(database, env);
    home = new Home();
  });

  afterAll(async () => {
    await instances.clear();
    await home.clear();
    await pooler.stop();
  });

  it('starts several instances at once, which serve, and end sessions for each other within a second', async () => {
    const all = await inParallel(2, async () => instances.launch(pooler.url));
    for (const instance of all) await instance.serves();
    const [first, second] = all as [Instance, Instance];
    const statuses = await inParallel(75, async (index) => register(all[index % 2] ?? first));
    expect(new Set(statuses)).toEqual(new Set([202]));
    const tokens = await instances.signIn(first);
    expect((await principal(second.api, tokens)).status).toBe(200);
    expect((await refresh(second.api, tokens)).status).toBe(200);
    await logOut(first.api, tokens);
    await refusal(second.api, tokens);
    for (const { output } of all) expect(output).not.toMatch(/request failed|prepared statement/);
  });

  it('ends a statement that waits for a lock, and nothing of it is left to the next one', async () => {
    const instance = await instances.launch(pooler.url);
    await instance.serves();
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('BEGIN; LOCK TABLE users');
    const started = performance.now();
    expect(new Set(await inParallel(4, async () => register(instance)))).toEqual(new Set([503]));
    expect(performance.now() - started).toBeLessThan(10_000);
    await holder.query('ROLLBACK');
    expect(new Set(await inParallel(20, async () => register(instance)))).toEqual(new Set([202]));
    await holder.end();
  });

  it('has the bounds in force and hears of changes, doctor says', async () => {
    const found = await diagnosed(home, { ...env, DATABASE_URL: pooler.url });
    for (const topic of ['database', 'migrations', 'feed'])
      expect(found(topic).map(({ level, message }) => [message, level])).toEqual(
        found(topic).map(({ message }) => [message, 'ok']),
      );
  });
});

describe('an instance that is not told of PgBouncer', () => {
  let database: TestDatabase;
  let home: Home;

  beforeAll(async () => {
    database = await createDatabase();
    home = new Home();
  });

  afterAll(async () => {
    await home.clear();
    await database.drop();
  });

  it.each([
    [
      'refuses the options of the URL',
      {},
      '?options=-c%20search_path%3Dteam',
      /startup parameter.*\n.*ALTER ROLE/,
    ],
    [
      'pools by transaction',
      { pool_mode: 'transaction' },
      '',
      /another connection to the server for each transaction.*\n.*DATABASE_POOLING=transaction/,
    ],
  ])('does not start where that %s, and doctor says the same', async (_, settings, parameters, words) => {
    const pooler = await PgBouncer.before(database.url, settings);
    const env = { DATABASE_URL: `${pooler.url}${parameters}` };
    const instance = await home.launch({ AUTH_SECRET, ...env });
    expect(await instance.ended()).toBe(1);
    expect(instance.output).toMatch(words);
    const found = await diagnosed(home, env);
    const faults = found('database').filter(({ level }) => level === 'fault');
    expect(faults.map(({ message, advice }) => `${message}\n${advice}`)).toEqual([
      expect.stringMatching(words),
    ]);
    await pooler.stop();
  });
});
