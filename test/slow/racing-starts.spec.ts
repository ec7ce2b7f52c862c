import type { TokenBody } from '../support/api';
import { createDatabase, type TestDatabase } from '../support/database';
import { Home, type Instance } from '../support/home';
import { inParallel } from '../support/parallel';
import { BuiltProcess } from '../support/process';
import { AUTH_SECRET } from '../support/settings';
import { administer } from '../support/test-server';

const NEWER = 'AddColour9000000000000';
const PERSON = { email: 'ada@example.com', password: 'teal otters juggle 7 lanterns' };

let home: Home;
let database: TestDatabase;
const env = () => ({ DATABASE_URL: database.url, AUTH_SECRET });

async function inNewHome(options?: { empty: boolean }): Promise<void> {
  home = new Home();
  database = await createDatabase(options);
}

async function leave(): Promise<void> {
  await home.clear();
  await database.drop();
}

async function signIn({ api }: Instance): Promise<TokenBody> {
  await api.post('/v1/auth/register', { json: PERSON });
  const { status, body } = await api.post<TokenBody>('/v1/auth/login', { json: PERSON });
  expect(status).toBe(200);
  return body;
}

async function refresh({ api }: Instance, { refreshToken }: TokenBody): Promise<TokenBody> {
  const { status, body } = await api.post<TokenBody>('/v1/auth/refresh', { json: { refreshToken } });
  expect(status).toBe(200);
  return body;
}

describe('three instances that start at once on an empty database', () => {
  let instances: Instance[];

  beforeAll(async () => {
    await inNewHome({ empty: true });
    instances = await inParallel(3, async () => home.start(env()));
  });

  afterAll(leave);

  it('all come up, ready', async () => {
    for (const { api } of instances)
      expect((await api.get('/health/ready')).body).toEqual({ status: 'ok', warnings: [] });
  });

  it('apply each migration once between them', () => {
    const applied = instances.flatMap(({ output }) =>
      [...output.matchAll(/applied (\w+)/g)].map(([, name]) => name),
    );
    expect(applied.length).toBeGreaterThan(3);
    expect(new Set(applied).size).toBe(applied.length);
  });

  it('publish the same one signing key', async () => {
    const sets = await Promise.all(
      instances.map(async ({ api }) => (await api.get<{ keys: unknown[] }>('/.well-known/jwks.json')).body),
    );
    expect(sets[0]?.keys).toHaveLength(1);
    for (const set of sets) expect(set).toEqual(sets[0]);
  });

  it("honour one another's tokens", async () => {
    const [first, ...others] = instances;
    let tokens = await signIn(first ?? (await home.start(env())));
    for (const other of others) {
      expect((await other.api.get('/v1/users/me', { token: tokens.accessToken })).status).toBe(200);
      tokens = await refresh(other, tokens);
    }
  });
});

describe('an instance of an older build beside a newer schema', () => {
  beforeAll(async () => inNewHome());
  afterAll(leave);

  /** What the migration of a newer build leaves behind in a rolling deploy. */
  const migrateFurther = async () =>
    administer(
      database.url,
      `ALTER TABLE users ADD COLUMN colour text NOT NULL DEFAULT 'teal'`,
      `ALTER TABLE sessions ADD COLUMN colour text NOT NULL DEFAULT 'teal'`,
      `INSERT INTO migrations (timestamp, name, checksum) VALUES (9000000000000, '${NEWER}', 'of other statements')`,
    );

  const expectToServe = async (instance: Instance, tokens: TokenBody) => {
    const next = await refresh(instance, tokens);
    expect((await instance.api.get('/v1/users/me', { token: next.accessToken })).status).toBe(200);
    const { status, body } = await instance.api.get('/health/ready');
    expect(status).toBe(200);
    expect(body['warnings']).toEqual([expect.stringContaining(NEWER)]);
  };

  it('goes on where the schema changes under it, a start goes through, and both say so when asked for readiness', async () => {
    const running = await home.start(env());
    // A refresh is a prepared statement, planned for the schema as it was.
    const tokens = await refresh(running, await signIn(running));
    await migrateFurther();
    await expectToServe(running, tokens);

    const started = await home.start({ ...env(), MIGRATE_ON_START: 'false' });
    await expectToServe(started, await signIn(started));
  });
});

describe('a start with MIGRATE_ON_START=false on a schema that lacks a migration', () => {
  beforeAll(async () => {
    await inNewHome();
    await administer(database.url, 'DROP TABLE jobs', `DELETE FROM migrations WHERE name LIKE 'CreateJobs%'`);
  });

  afterAll(leave);

  it('exits 1 with the name of the migration and the command that applies it, which then fixes it', async () => {
    const settings = { ...env(), MIGRATE_ON_START: 'false' };
    const refused = await home.launch(settings);
    expect(await refused.ended()).toBe(1);
    expect(refused.output).toMatch(/Not applied.*: CreateJobs\d+\.\n.*npm run cli -- db:migrate/);
    expect(refused.output).not.toMatch(/listening|\n\s+at /);

    const migration = new BuiltProcess(home.folder, settings, ['cli.js', 'db:migrate']);
    expect(await migration.ended()).toBe(0);
    await signIn(await home.start(settings));
  });
});
