import { Controller, Get, Logger, Module, Post } from '@nestjs/common';
import { Public } from '../../../src/access';
import type { TokenBody } from '../../support/api';
import { PASSWORD, startApp, type TestApp } from '../../support/app';

interface Line {
  readonly level: number;
  readonly time: string;
  readonly msg: string;
  readonly context?: string;
  readonly requestId?: string;
  readonly ownRequestId?: string;
  readonly error?: { name: string; message: string; places: string[] };
}

const SECRET = 'correct-horse-battery-staple';

/** Code that is careless in the ways that happen. */
@Public()
@Controller('careless')
class CarelessController {
  private readonly logger = new Logger('Careless');

  @Get('parse')
  parse(): unknown {
    return JSON.parse(`{"password":"${SECRET}`);
  }

  @Post('query')
  query(): never {
    throw Object.assign(new Error(`invalid input syntax for type uuid: "${SECRET}"`), {
      code: '22P02',
      parameters: [SECRET],
    });
  }

  @Get('logged')
  logged(): void {
    this.logger.error(Object.assign(new Error(`could not use '${SECRET}'`), { parameters: [SECRET] }));
  }
}

@Module({ controllers: [CarelessController] })
class CarelessModule {}

describe('the log', () => {
  const log: string[] = [];
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp({ env: { LOG_LEVEL: 'trace' }, modules: [CarelessModule], log });
  });

  afterAll(async () => app.close());

  const lines = () => log.map((line) => JSON.parse(line) as Line);
  const linesOf = (requestId: string | null) => lines().filter((line) => line.requestId === requestId);

  it('consists of JSON lines with UTC timestamps', async () => {
    await app.api.get('/health/live');
    expect(log.length).toBeGreaterThan(10);
    for (const line of log) {
      expect(line.trimEnd()).not.toContain('\n');
      const { level, time } = JSON.parse(line) as Line;
      expect([10, 20, 30, 40, 50, 60]).toContain(level);
      expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    }
  });

  it('contains of each request its id, method, route and status only', async () => {
    const { headers } = await app.api.get('/v1/users/me?name=ada', { token: 'garbage' });
    const [line, ...more] = linesOf(headers.get('x-request-id'));
    expect(more).toEqual([]);
    expect(line).toEqual({
      level: 30,
      time: expect.any(String),
      context: 'Request',
      requestId: headers.get('x-request-id'),
      method: 'GET',
      route: '/v1/users/me',
      status: 401,
      milliseconds: expect.any(Number),
      msg: 'answered',
    });
  });

  it('links the id that a caller sent to the one in the audit trail', async () => {
    const json = await app.someone();
    const { headers } = await app.api.post('/v1/auth/login', {
      json,
      headers: { 'x-request-id': 'chosen-by-ada' },
    });
    expect(headers.get('x-request-id')).toBe('chosen-by-ada');
    const line = linesOf('chosen-by-ada').find(({ msg }) => msg === 'answered');
    const kept = await app.query('SELECT type FROM audit_events WHERE request_id = $1', [line?.ownRequestId]);
    expect(kept).toEqual([{ type: 'signed-in' }]);
  });

  it('contains no password, token, header, query string or body at any level', async () => {
    const { api } = app;
    const email = 'log-reader@example.com';
    const displayName = 'Name Of The Log Reader';
    const wrong = 'a wrong password of 30 letters';
    const secrets = [
      PASSWORD,
      wrong,
      email,
      displayName,
      'query-string-value',
      'garbage.access.token',
      'rt_garbage',
    ];
    const keep = ({ body }: { body: TokenBody }) => {
      secrets.push(body.accessToken, body.refreshToken, ...body.accessToken.split('.'));
      return body;
    };
    const before = log.length;

    await api.post('/v1/auth/register', { json: { email, password: PASSWORD, displayName } });
    await api.post('/v1/auth/register', { json: { email, password: PASSWORD } });
    await api.post('/v1/auth/register', { json: { email, password: PASSWORD, unknown: displayName } });
    await api.post('/v1/auth/login', { json: { email, password: wrong } });
    await api.post(`/v1/auth/login?email=${email}&password=query-string-value`, { json: {} });
    await api.post('/v1/auth/login', {
      raw: `{"password":"${PASSWORD}`,
      headers: { 'content-type': 'application/json' },
    });
    const first = keep(await api.post<TokenBody>('/v1/auth/login', { json: { email, password: PASSWORD } }));
    const second = keep(
      await api.post<TokenBody>('/v1/auth/refresh', { json: { refreshToken: first.refreshToken } }),
    );
    const third = keep(
      await api.post<TokenBody>('/v1/auth/reauthenticate', {
        json: { password: PASSWORD },
        token: second.accessToken,
      }),
    );
    await api.post('/v1/auth/reauthenticate', { json: { password: wrong }, token: third.accessToken });
    await api.get('/v1/users/me?access_token=query-string-value', { token: third.accessToken });
    await api.patch('/v1/users/me', { json: { displayName }, token: third.accessToken });
    await api.get('/v1/users/me', { token: 'garbage.access.token' });
    await api.get('/%zz?access_token=query-string-value');
    await api.post('/v1/auth/refresh', { json: { refreshToken: 'rt_garbage' } });
    const reused = await api.post('/v1/auth/refresh', { json: { refreshToken: first.refreshToken } });
    expect(reused.status).toBe(401);
    await api.post('/v1/auth/logout', {
      json: { refreshToken: third.refreshToken },
      token: third.accessToken,
    });

    expect(log.length - before).toBeGreaterThan(15);
    for (const secret of secrets) {
      expect(
        log.filter((line) => line.includes(secret) || line.includes(encodeURIComponent(secret))),
      ).toEqual([]);
    }
    expect(log.join('')).not.toMatch(/bearer|eyJ|rt_\w/i);
  });

  it('contains the type and place of an error, without the values in its message and properties', async () => {
    const broken = [
      await app.api.get('/careless/parse'),
      await app.api.post('/careless/query'),
      await app.api.get('/careless/logged'),
    ];
    expect(broken.map(({ status }) => status)).toEqual([500, 500, 200]);
    const [parse, query] = broken.map(({ headers }) =>
      linesOf(headers.get('x-request-id')).find(({ error }) => error),
    );
    expect(parse).toMatchObject({ level: 50, context: 'Problem', error: { name: 'SyntaxError' } });
    expect(parse?.error?.places.join()).toContain('CarelessController.parse');
    expect(query).toMatchObject({
      error: { code: '22P02', message: 'invalid input syntax for type uuid: "…"' },
    });
    expect(lines().find(({ context }) => context === 'Careless')).toMatchObject({
      level: 50,
      error: { name: 'Error', message: "could not use '…'" },
    });
    expect(log.filter((line) => line.includes(SECRET))).toEqual([]);
  });
});
