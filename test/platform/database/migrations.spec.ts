import { randomBytes } from 'node:crypto';
import type { Type } from '@nestjs/common';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { Clock } from '../../../src/platform/clock';
import { Environment } from '../../../src/platform/config';
import { DatabaseServer, MigrationRunner, SqlMigration } from '../../../src/platform/database';
import { connectionOptions, openDatabase } from '../../../src/platform/database/connect';
import { DatabaseSettings } from '../../../src/platform/database/database.settings';
import { createDatabase, type TestDatabase } from '../../support/database';
import { inParallel } from '../../support/parallel';

const FIRST = 'CreateSteps1000000000001';
const SECOND = 'TakeStep1000000000002';
const THIRD = 'TakeStep1000000000003';

function migration(name: string, ...statements: string[]): Type<SqlMigration> {
  return class extends SqlMigration {
    readonly name = name;
    override readonly statements = statements;
  };
}

const createSteps = migration(FIRST, 'CREATE TABLE steps (place serial, name text)');
const step = (name: string) => migration(name, `INSERT INTO steps (name) VALUES ('${name}')`);
const broken = migration(SECOND, 'CREATE TABLE half (id int)', 'SELECT nonsense');

describe('the migrations of a build', () => {
  let database: TestDatabase;
  let operator: Client;
  const opened: DataSource[] = [];

  beforeAll(async () => {
    database = await createDatabase({ empty: true });
    operator = new Client({ connectionString: database.url });
    await operator.connect();
    await operator.query('SET client_min_messages = warning');
  });

  afterAll(async () => {
    await operator.end();
    await database.drop();
  });

  beforeEach(async () => {
    await operator.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    // The ORM prints a migration that failed, whatever its logging is set to.
    jest.spyOn(console, 'log').mockReturnValue();
  });

  afterEach(async () => {
    for (const source of opened.splice(0)) await source.destroy();
    jest.restoreAllMocks();
  });

  const settings = () => new DatabaseSettings(new Environment({ DATABASE_URL: database.url }));

  async function connect(migrations: Type<SqlMigration>[], limits: object = {}): Promise<DataSource> {
    const options = connectionOptions(database.url, Object.assign(settings(), limits), migrations);
    const source = new DataSource(options);
    opened.push(await source.initialize());
    return source;
  }

  const build = async (...migrations: Type<SqlMigration>[]) =>
    new MigrationRunner(await connect(migrations), settings());

  const query = async (sql: string) => (await operator.query<Record<string, unknown>>(sql)).rows;

  const stepsTaken = async () =>
    (await query('SELECT name FROM steps ORDER BY place')).map(({ name }) => name);

  it('are applied in the order of their timestamps, however they were declared', async () => {
    const migrations = await build(step(THIRD), createSteps, step(SECOND));
    expect(await migrations.run()).toEqual([FIRST, SECOND, THIRD]);
    expect(await stepsTaken()).toEqual([SECOND, THIRD]);
  });

  it('are applied once', async () => {
    await (await build(createSteps, step(SECOND))).run();
    const again = await build(createSteps, step(SECOND));
    expect(await again.run()).toEqual([]);
    expect(await stepsTaken()).toEqual([SECOND]);
    expect(await again.state()).toMatchObject({ missing: [], altered: [], unknown: [] });
  });

  it('may include an older one that a team adds later', async () => {
    await (await build(createSteps, step(THIRD))).run();
    expect(await (await build(createSteps, step(SECOND), step(THIRD))).run()).toEqual([SECOND]);
  });

  it('are applied by one instance when several start at once', async () => {
    const slow = migration(SECOND, 'SELECT pg_sleep(0.1)', `INSERT INTO steps (name) VALUES ('${SECOND}')`);
    const builds = await inParallel(4, () => build(createSteps, slow));
    const applied = await Promise.all(builds.map((each) => each.run()));
    expect(applied.toSorted((a, b) => b.length - a.length)).toEqual([[FIRST, SECOND], [], [], []]);
    expect(await stepsTaken()).toEqual([SECOND]);
  });

  it('may take longer than a request, and so may the wait for another instance', async () => {
    const limits = { statementTimeoutMs: 50 };
    const slow = migration(SECOND, 'SELECT pg_sleep(0.3)');
    const sources = await inParallel(2, () => connect([createSteps, slow], limits));
    const applied = await Promise.all(sources.map((source) => new MigrationRunner(source, settings()).run()));
    expect(applied.toSorted((a, b) => b.length - a.length)).toEqual([[FIRST, SECOND], []]);
  });

  it('are refused with the name of a missing one and the command that applies it', async () => {
    await (await build(createSteps)).run();
    const newer = await build(createSteps, step(SECOND));
    await expect(newer.verify()).rejects.toThrow(/Not applied.*: TakeStep1000000000002\.\n.*db:migrate/);
    expect(await newer.state()).toMatchObject({ missing: [SECOND], altered: [], unknown: [] });
  });

  it('are all missing in an empty database', async () => {
    const { missing } = await (await build(createSteps, step(SECOND))).state();
    expect(missing).toEqual([FIRST, SECOND]);
  });

  it('are refused with the name of one that was altered after it ran, and change nothing then', async () => {
    await (await build(createSteps)).run();
    const altered = migration(FIRST, 'CREATE TABLE steps (place serial, name varchar)');
    const changed = await build(altered, step(SECOND));
    const refusal = { name: 'SchemaMismatch', message: expect.stringMatching(/Changed.*: CreateSteps1/) };
    await expect(changed.run()).rejects.toMatchObject(refusal);
    await expect(changed.verify()).rejects.toMatchObject(refusal);
    expect(await stepsTaken()).toEqual([]);
  });

  it('may be reformatted: white space does not alter one', async () => {
    await (await build(createSteps)).run();
    const formatted = migration(FIRST, '\n  CREATE TABLE steps\n    (place serial, name text)\n');
    await expect((await build(formatted)).verify()).resolves.toBeUndefined();
  });

  it('skip one that this build does not know, and report it', async () => {
    await (await build(createSteps, step(SECOND))).run();
    const older = await build(createSteps);
    expect(await older.run()).toEqual([]);
    await expect(older.verify()).resolves.toBeUndefined();
    expect(await older.state()).toMatchObject({ missing: [], altered: [], unknown: [SECOND] });
  });

  it('roll back one that fails, and continue from there when it is fixed', async () => {
    const failing = await build(createSteps, broken, step(THIRD));
    await expect(failing.run()).rejects.toThrow('nonsense');
    expect((await failing.state()).missing).toEqual([SECOND, THIRD]);
    expect(await query(`SELECT to_regclass('half') AS half`)).toEqual([{ half: null }]);
    const fixed = await build(createSteps, step(SECOND), step(THIRD));
    expect(await fixed.run()).toEqual([SECOND, THIRD]);
  });

  it('are refused with the reason where the role may not create tables', async () => {
    const role = `migrator_${randomBytes(6).toString('hex')}`;
    await operator.query(
      `CREATE ROLE ${role} LOGIN PASSWORD 'hunter2'; GRANT USAGE ON SCHEMA public TO PUBLIC`,
    );
    const url = new URL(database.url);
    Object.assign(url, { username: role, password: 'hunter2' });
    const restricted = new DatabaseSettings(new Environment({ DATABASE_URL: url.href }));
    const source = new DataSource(connectionOptions(url.href, restricted, [createSteps]));
    const server = new DatabaseServer(restricted);
    const start = openDatabase(
      source,
      new MigrationRunner(source, restricted),
      server,
      restricted,
      new Clock(),
    );
    await expect(start).rejects.toThrow(/permission denied for schema public\n {2}→ GRANT CREATE ON SCHEMA/);
    await operator.query(`DROP ROLE ${role}`);
  });

  it('are recorded as they ran, also where the next one failed', async () => {
    await expect((await build(createSteps, broken)).run()).rejects.toThrow('nonsense');
    const altered = migration(FIRST, 'CREATE TABLE steps (place serial, name varchar)');
    await expect((await build(altered, step(SECOND))).run()).rejects.toThrow(/Changed.*: CreateSteps1/);
  });

  it('have no way back', async () => {
    const source = await connect([createSteps]);
    await new MigrationRunner(source, settings()).run();
    await expect(source.undoLastMigration()).rejects.toThrow(/only goes forward/);
  });
});
