import { BY_HTTPS } from '../../support/api';
import { PASSWORD, startApp, type TestApp, withApp } from '../../support/app';
import { createDatabase } from '../../support/database';
import { expectProblem } from '../../support/problem';
import { freePort } from '../../support/process';
import { sharedApp } from '../../support/shared-app';

const FIGURES =
  /^http_request_duration_seconds_count\{method="GET",route="\/health\/live",status="200"\} 1$/m;

describe('health', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await sharedApp();
  });

  it('is live while the process responds', async () => {
    const { status, body } = await app.api.get('/health/live');
    expect({ status, body }).toEqual({ status: 200, body: { status: 'ok' } });
  });

  it('is ready where database, migrations and keys are valid', async () => {
    const { status, body } = await app.api.get('/health/ready');
    expect({ status, body }).toEqual({ status: 200, body: { status: 'ok', warnings: [] } });
  });

  it('needs no token, and ignores one', async () => {
    for (const path of ['/health/live', '/health/ready']) {
      expect((await app.api.get(path, { token: 'garbage' })).status).toBe(200);
    }
  });
});

describe('without its database', () => {
  let app: TestApp;

  beforeAll(async () => {
    const database = await createDatabase();
    app = await startApp({ env: { DATABASE_URL: database.url } });
    await app.signIn();
    await database.drop();
  });

  afterAll(async () => app.close());

  it('the application is live, but not ready: 503 with Retry-After', async () => {
    expect((await app.api.get('/health/live')).status).toBe(200);
    for (let attempt = 0; attempt < 3; attempt++) {
      const answer = await app.api.get('/health/ready');
      expectProblem(answer, 503, 'unavailable');
      expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    }
  });

  it('a request that needs it gets 503, not 500', async () => {
    const json = { email: 'ada@example.com', password: PASSWORD };
    expectProblem(await app.api.post('/v1/auth/register', { json }), 503, 'unavailable');
    expectProblem(await app.api.post('/v1/auth/login', { json }), 503, 'unavailable');
  });

  // How long access tokens are still accepted is a matter of time: test/slow/timed/change-feed-faults.spec.ts.
  it('a request that needs no database is served', async () => {
    expect((await app.api.get('/.well-known/jwks.json')).status).toBe(200);
  });
});

describe('an application', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });

  afterAll(async () => app.close());

  const ready = async () => app.api.get('/health/ready');

  it('serves its metrics at /metrics outside production', async () => {
    await app.api.get('/health/live');
    const { status, headers, text } = await app.api.get('/metrics');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(text).toMatch(FIGURES);
    expect(text).toMatch(/^process_cpu_user_seconds_total /m);
  });

  it('counts requests by their route, so that unknown paths add no series', async () => {
    for (const path of ['/nope/1', '/nope/2', '/v1/users/me?token=secret']) await app.api.get(path);
    const { text } = await app.api.get('/metrics');
    expect(text).toMatch(/route="none",status="404"\} 2$/m);
    expect(text).not.toMatch(/nope|secret/);
  });

  it('is ready where the database has a migration of another build, and names it', async () => {
    await app.query(`INSERT INTO migrations (timestamp, name) VALUES (1, 'TheirOwn0000000000001')`);
    const { status, body } = await ready();
    expect(status).toBe(200);
    expect(body).toEqual({ status: 'ok', warnings: [expect.stringContaining('TheirOwn0000000000001')] });
    await app.query('DELETE FROM migrations WHERE timestamp = 1');
  });

  it.each([
    [
      'a migration of ours is missing',
      `UPDATE migrations SET name = '!' || name`,
      'UPDATE migrations SET name = substr(name, 2)',
    ],
    [
      'the keys are wrapped under another secret',
      `UPDATE keys SET wrapped_by = '!' || wrapped_by`,
      'UPDATE keys SET wrapped_by = substr(wrapped_by, 2)',
    ],
    ['a table is gone', 'ALTER TABLE migrations RENAME TO gone', 'ALTER TABLE gone RENAME TO migrations'],
  ])('is not ready where %s: 503 with Retry-After', async (_, damage, repair) => {
    await app.query(damage);
    const answer = await ready();
    expectProblem(answer, 503, 'unavailable');
    expect(answer.headers.get('retry-after')).toBe('5');
    await app.query(repair);
    expect((await ready()).status).toBe(200);
  });
});

describe('metrics', () => {
  it('are served at an address and a port of their own in production, and nowhere else', async () => {
    const port = await freePort();
    // macOS has one address of loopback.
    const METRICS_HOST = process.platform === 'darwin' ? '127.0.0.1' : '127.0.0.2';
    const metrics = `http://${METRICS_HOST}:${port}`;
    const env = {
      NODE_ENV: 'production',
      BCRYPT_COST: '10',
      METRICS_HOST,
      METRICS_PORT: String(port),
      TRUSTED_PROXIES: '127.0.0.1',
    };
    await withApp({ env, log: [] }, async ({ api }) => {
      await api.get('/health/live');
      for (const path of ['/metrics', '/docs', '/openapi.json']) {
        expectProblem(await api.get(path, { headers: BY_HTTPS }), 404, 'not-found');
      }
      const own = await fetch(`${metrics}/metrics`);
      expect(own.status).toBe(200);
      expect(await own.text()).toMatch(FIGURES);
      for (const path of ['/', '/health/live', '/v1/users/me', '/metrics/x']) {
        expect((await fetch(metrics + path)).status).toBe(404);
      }
    });
    await expect(fetch(`${metrics}/metrics`)).rejects.toThrow('fetch failed');
  });
});
