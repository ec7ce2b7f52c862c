import { KeyringModule } from '../../../src/platform/keyring';
import type { ProblemBody } from '../../support/api';
import { startApp, type TestApp } from '../../support/app';
import { startContext } from '../../support/context';
import { createDatabase } from '../../support/database';
import { administer } from '../../support/test-server';

const TABLES = ['migrations', 'keys'];

interface Readiness extends ProblemBody {
  readonly warnings: string[];
}

describe('a start with MIGRATE_ON_START=false', () => {
  it('is refused on an empty database with the command that applies the migrations, and writes nothing', async () => {
    const database = await createDatabase({ empty: true });
    const env = { MIGRATE_ON_START: 'false' };
    await expect(startContext({ imports: [KeyringModule], databaseUrl: database.url, env })).rejects.toThrow(
      /Not applied to the database yet.*db:migrate/s,
    );
    // Fails where the refused start left a table.
    await administer(database.url, 'CREATE TABLE keys (id text)', 'CREATE TABLE migrations (id text)');
    await database.drop();
  });
});

describe('readiness after a start with MIGRATE_ON_START=false on a database that was migrated before', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp({ env: { MIGRATE_ON_START: 'false' } });
    for (const table of TABLES) await app.query(`CREATE TABLE ${table}_before AS TABLE ${table}`);
  });

  afterEach(async () => {
    for (const table of TABLES) {
      await app.query(`TRUNCATE ${table}`);
      await app.query(`INSERT INTO ${table} TABLE ${table}_before`);
    }
  });

  afterAll(async () => app.close());

  const ready = () => app.api.get<Readiness>('/health/ready');

  it('has no warning while the schema is that of this build', async () => {
    const { status, body } = await ready();
    expect(status).toBe(200);
    expect(body).toEqual({ status: 'ok', warnings: [] });
  });

  it('warns of a migration that this build does not know, and serves requests', async () => {
    await app.query(
      `INSERT INTO migrations (timestamp, name) VALUES (9000000000000, 'AddColour9000000000000')`,
    );
    const { status, body } = await ready();
    expect(status).toBe(200);
    expect(body.warnings).toEqual([expect.stringContaining('AddColour9000000000000')]);
  });

  it.each([
    ['vanished', `DELETE FROM migrations WHERE name LIKE 'CreateSessions%'`],
    ['was altered', `UPDATE migrations SET checksum = 'other' WHERE name LIKE 'CreateSessions%'`],
  ])('is 503 when a migration of the application %s; the response does not name it', async (_, statement) => {
    await app.query(statement);
    const { status, body, text, headers } = await ready();
    expect(status).toBe(503);
    expect(body.code).toBe('unavailable');
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(text).not.toMatch(/CreateSessions|migration/i);
  });

  it('is 503 when a key is wrapped under another AUTH_SECRET', async () => {
    await app.query(`UPDATE keys SET wrapped_by = 'another' WHERE purpose = 'refresh'`);
    expect((await ready()).status).toBe(503);
  });

  it('does not affect liveness', async () => {
    await app.query('DELETE FROM migrations');
    expect((await ready()).status).toBe(503);
    expect((await app.api.get('/health/live')).body).toEqual({ status: 'ok' });
  });
});
