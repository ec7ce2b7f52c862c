import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api, BY_HTTPS } from '../support/api';
import { createDatabase } from '../support/database';
import { BuiltProcess, freePort } from '../support/process';
import { NO_SMTP } from '../support/settings';

const SECRET = '7d0f3a5be1c94286af17c83be05d92461b7fa0c3d8e54296fb08a1c7e3d5904f';

describe('started in a folder with nothing but the committed .env', () => {
  let folder: string;
  let port: number;
  let app: BuiltProcess;
  const api = () => new Api(`http://127.0.0.1:${port}`);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-start-'));
    cpSync(join(__dirname, '../../.env'), join(folder, '.env'));
    port = await freePort();
    app = new BuiltProcess(folder, { PORT: String(port) });
    await app.says('Try first');
  });

  afterAll(async () => {
    await app.stop();
    const record = JSON.parse(readFileSync(join(folder, 'data/postgres.json'), 'utf8')) as {
      id: string;
      outside: boolean;
    };
    if (record.outside) rmSync(join('/var/lib/gatehouse', record.id), { recursive: true });
    rmSync(folder, { recursive: true });
  });

  it('says where the API, the documents and the data are, and the first thing to try', () => {
    expect(app.output).toContain(`http://localhost:${port}/v1`);
    expect(app.output).toContain(`http://localhost:${port}/docs`);
    expect(app.output).toContain('/postgres');
    expect(app.output).toMatch(/curl -i http:\/\/localhost:\d+\/v1\/auth\/register/);
  });

  it('answers that first curl line', () => {
    const line = /curl[^]*?'\{.*\}'/.exec(app.output)?.[0] ?? 'false';
    expect(execFileSync('bash', ['-c', line.replace('curl', 'curl -s')], { encoding: 'utf8' })).toMatch(
      /^HTTP\/1.1 202 /,
    );
  });

  it('keeps a secret of its own in .env.local, for its owner alone, and never prints it', () => {
    const [, secret = ''] =
      /^AUTH_SECRET=([\w-]{43})$/m.exec(readFileSync(join(folder, '.env.local'), 'utf8')) ?? [];
    expect(secret).not.toBe('');
    expect(statSync(join(folder, '.env.local')).mode & 0o077).toBe(0);
    expect(app.output).not.toContain(secret);
  });

  it('stays off the standard port of PostgreSQL', () => {
    expect(app.output).toMatch(/Embedded PostgreSQL started on 127\.0\.0\.1:\d+/);
    expect(app.output).not.toMatch(/127\.0\.0\.1:5432\b/);
  });

  it('ends cleanly on SIGTERM, takes its database down with it, and finds everything again', async () => {
    const person = { email: 'ada@example.com', password: 'teal otters juggle 7 lanterns' };
    await api().post('/v1/auth/register', { json: person });
    const { body: before } = await api().post<{ accessToken: string }>('/v1/auth/login', { json: person });
    expect(await app.stop()).toBe(0);
    expect(app.output).toContain('Embedded PostgreSQL stopped');

    app = new BuiltProcess(folder, { PORT: String(port) });
    await app.says('Try first');
    expect((await api().get('/v1/users/me', { token: before.accessToken })).status).toBe(200);
    expect((await api().post('/v1/auth/login', { json: person })).status).toBe(200);
  });
});

describe('a start that cannot work', () => {
  const inEmptyFolder = async (env: Record<string, string>) => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-start-'));
    const app = new BuiltProcess(folder, env);
    const code = await app.ended();
    const leftData = existsSync(join(folder, 'data'));
    rmSync(folder, { recursive: true });
    return { code, output: app.output, leftData };
  };

  it('names every fault in one message with its fix, before anything is touched', async () => {
    const { code, output, leftData } = await inEmptyFolder({
      NODE_ENV: 'production',
      PORT: 'many',
      AUTH_SECRET: '12345',
    });
    expect(code).toBe(1);
    for (const name of ['PORT', 'AUTH_SECRET', 'PUBLIC_URL', 'DATABASE_URL', 'SMTP_URL', 'MAIL_FROM'])
      expect(output).toContain(`  ${name} `);
    expect(output).toContain('openssl rand -hex 32');
    expect(output).not.toMatch(/12345|\n\s+at /);
    expect(leftData).toBe(false);
  });

  it('says that the database cannot be reached, without its password', async () => {
    const port = await freePort();
    const { code, output } = await inEmptyFolder({
      DATABASE_URL: `postgres://who:hushhush@127.0.0.1:${port}/gone`,
      AUTH_SECRET: SECRET,
    });
    expect(code).toBe(1);
    expect(output).toContain('The database cannot be reached');
    expect(output).not.toMatch(/hushhush|\n\s+at /);
  });

  it('says that the port is taken', async () => {
    const database = await createDatabase({ empty: true });
    const port = await freePort();
    const blocker = (await import('node:http')).createServer().listen(port, '127.0.0.1');
    const { code, output } = await inEmptyFolder({
      DATABASE_URL: database.url,
      AUTH_SECRET: SECRET,
      PORT: String(port),
    });
    blocker.close();
    await database.drop();
    expect(code).toBe(1);
    expect(output).toContain('EADDRINUSE');
  });
});

describe('production', () => {
  it('ignores the .env files, logs JSON lines, migrates apart by command and serves', async () => {
    const database = await createDatabase({ empty: true });
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-start-'));
    writeFileSync(join(folder, '.env'), 'PORT=1\nBCRYPT_COST=nonsense\n');
    const [port, metricsPort] = [await freePort(), await freePort()];
    const env = {
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://auth.example.test',
      DATABASE_URL: database.url,
      AUTH_SECRET: SECRET,
      SMTP_URL: NO_SMTP,
      MAIL_FROM: 'no-reply@example.test',
      HOST: '127.0.0.1',
      TRUSTED_PROXIES: '127.0.0.1',
      PORT: String(port),
      METRICS_PORT: String(metricsPort),
      MIGRATE_ON_START: 'false',
    };

    const early = new BuiltProcess(folder, env);
    expect(await early.ended()).toBe(1);
    expect(early.output).toContain('npm run cli -- db:migrate');

    const migration = new BuiltProcess(folder, env, ['cli.js', 'db:migrate']);
    expect(await migration.ended()).toBe(0);
    expect(migration.output).toContain('The schema is up to date.');

    const app = new BuiltProcess(folder, { ...env, LOG_LEVEL: 'debug' });
    await app.says('listening');
    const api = new Api(`http://127.0.0.1:${port}`, BY_HTTPS);
    expect((await api.get('/health/ready')).status).toBe(200);
    expect((await api.get('/metrics')).status).toBe(404);
    expect((await api.get('/docs')).status).toBe(404);
    expect((await new Api(`http://127.0.0.1:${metricsPort}`).get('/metrics')).text).toContain(
      'http_request_duration_seconds',
    );
    expect(await app.stop()).toBe(0);
    for (const line of app.output.trim().split('\n')) expect(() => JSON.parse(line) as unknown).not.toThrow();
    rmSync(folder, { recursive: true });
    await database.drop();
  });
});
