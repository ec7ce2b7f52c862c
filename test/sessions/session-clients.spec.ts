import type { IncomingMessage } from 'node:http';
import { RequestValidation } from '../../src/platform/http';
import type { TokenBody } from '../support/api';
import { startApp, type TestApp } from '../support/app';
import { sendHead } from '../support/bytes';
import { eventually } from '../support/eventually';
import { currentOf, openSession } from '../support/sessions';
import { open } from '../support/wire';

const HTML = '<script>alert(1)</script>"\'&amp; \\u0000 %00 ${x} {{x}}';
// As a browser that does not know better sends it: UTF-8, of which HTTP makes a character for each byte.
const UTF8 = Buffer.from('Ünïcode 🦊').toString('latin1');

const log: string[] = [];
let app: TestApp;

beforeAll(async () => {
  app = await startApp({ env: { LOG_LEVEL: 'trace' }, log });
});

afterAll(async () => app.close());

describe('of where it was last used, a session shows', () => {
  const logIn = async (headers: Record<string, string>): Promise<TokenBody> => {
    const { body } = await app.api.post<TokenBody>('/v1/auth/login', { json: await app.someone(), headers });
    return body;
  };
  const refresh = async ({ refreshToken }: TokenBody, headers: Record<string, string> = {}) => {
    const { status, body } = await app.api.post<TokenBody>('/v1/auth/refresh', {
      json: { refreshToken },
      headers,
    });
    expect(status).toBe(200);
    return body;
  };

  it.each([
    ['HTML', HTML, HTML],
    ['what is no ASCII, byte for byte', UTF8, UTF8],
    ['256 characters, all of them', 'u'.repeat(256), 'u'.repeat(256)],
    ['257 characters, and the first 256 are kept', `${'u'.repeat(256)}v`, 'u'.repeat(256)],
    ['10,000 characters, and the first 256 are kept', 'u'.repeat(10_000), 'u'.repeat(256)],
    ['white space only, and nothing is kept', ' \t ', null],
    ['nothing', '', null],
  ])('the user agent as it was sent: %s', async (_, sent, kept) => {
    const { accessToken } = await logIn({ 'user-agent': sent });
    expect((await currentOf(app, accessToken)).userAgent).toBe(kept);
  });

  it('null where no user agent was sent', async () => {
    const { accessToken, refreshToken } = await logIn({ 'user-agent': 'first' });
    const body = JSON.stringify({ refreshToken });
    const { status } = await sendHead(
      app.api.url,
      'POST /v1/auth/refresh',
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    expect(status).toBe(200);
    expect((await currentOf(app, accessToken)).userAgent).toBeNull();
  });

  it('the user agent and the address of the last refresh or reauthentication', async () => {
    const person = await app.someone();
    const first = await openSession(app, person);
    const second = await refresh(first, { 'user-agent': 'second' });
    expect((await currentOf(app, first.accessToken)).userAgent).toBe('second');
    await app.api.post('/v1/auth/reauthenticate', {
      json: { password: person.password },
      token: second.accessToken,
      headers: { 'user-agent': 'third' },
    });
    expect((await currentOf(app, first.accessToken)).userAgent).toBe('third');
  });

  it('the address of the connection, whatever the request says of it', async () => {
    const { accessToken } = await logIn({
      'x-forwarded-for': '203.0.113.7',
      'x-real-ip': '203.0.113.7',
      forwarded: 'for=203.0.113.7',
      'true-client-ip': '203.0.113.7',
    });
    expect((await currentOf(app, accessToken)).ipAddress).toBe('127.0.0.1');
  });

  it.each([
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8::7', '2001:db8::7'],
  ])('an address of %s as %s', async (remoteAddress, shown) => {
    const { body } = await app.nest.inject({
      method: 'POST',
      url: '/v1/auth/login',
      payload: await app.someone(),
      remoteAddress,
    });
    const { accessToken } = JSON.parse(body) as TokenBody;
    expect((await currentOf(app, accessToken)).ipAddress).toBe(shown);
  });
});

describe('a client that disconnects before the response to its sign-in', () => {
  it('is logged as no error, and has no address any more', async () => {
    const person = await app.someone();
    const [server, validation] = [app.nest.getHttpServer(), app.nest.get(RequestValidation)];
    const gone = new Promise<void>((resolve) =>
      server.once('request', ({ socket }: IncomingMessage) => socket.once('close', () => resolve())),
    );
    const transform = validation.transform.bind(validation);
    // The first thing done with a request: nothing has asked for its address by then.
    const validated = jest.spyOn(validation, 'transform').mockImplementation(async (...parameters) => {
      await gone;
      return transform(...parameters);
    });
    const body = JSON.stringify(person);
    const socket = await open(app.api.url);
    const head = `host: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
    socket.write(`POST /v1/auth/login HTTP/1.1\r\n${head}\r\n\r\n${body}`);
    await eventually(async () => expect(validated).toHaveBeenCalled());
    socket.resetAndDestroy();
    await eventually(async () => {
      const text = `SELECT ip_address AS "ipAddress" FROM sessions s JOIN users u ON u.id = user_id WHERE email = $1`;
      expect(await app.query(text, [person.email])).toEqual([{ ipAddress: null }]);
    });
    expect(log.filter((line) => line.includes('request failed'))).toEqual([]);
  });
});

describe('the log', () => {
  it('contains nothing that clients state about themselves', () => {
    expect(log.length).toBeGreaterThan(50);
    const lines = log.join('');
    for (const words of ['<script>', 'alert(1)', UTF8, '🦊', 'uuuuuuuu', '203.0.113.7', '192.0.2.7'])
      expect(lines).not.toContain(words);
  });
});
