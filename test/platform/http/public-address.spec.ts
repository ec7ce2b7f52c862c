import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import { Doctor } from '../../../src/platform/doctor';
import { startApp, type TestApp } from '../../support/app';
import { freePort } from '../../support/process';

/** Loopback, and not where those who ask come from. */
const PROXY = '127.0.0.9';

const diagnosed = async (app: TestApp, topic: string) =>
  (await app.nest.get(Doctor).run()).filter((finding) => finding.topic === topic);

describe('the way from the public address', () => {
  let app: TestApp;
  let front: Server;
  /** What the proxy does to a request's headers and to an answer's cookies. */
  let forwards: (given: string | undefined) => string | undefined;
  let cookies: (text: string) => string;

  beforeAll(async () => {
    const [port, behind] = [await freePort(), await freePort()];
    front = createServer((incoming, answer) => {
      const { headers, method, url: path } = incoming;
      const said = forwards(headers['x-forwarded-for'] as string | undefined);
      const passed = { ...headers, ...(said !== undefined && { 'x-forwarded-for': said }) };
      const onward = request(
        { host: '127.0.0.1', localAddress: PROXY, port: behind, method, path, headers: passed },
        (response) => {
          const set = response.headers['set-cookie']?.map((cookie) => cookies(cookie));
          answer.writeHead(response.statusCode ?? 0, {
            ...response.headers,
            ...(set && { 'set-cookie': set }),
          });
          response.pipe(answer);
        },
      );
      incoming.pipe(onward);
    });
    front.listen(port, '127.0.0.1');
    await once(front, 'listening');
    const env = {
      PORT: String(behind),
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      TRUSTED_PROXIES: PROXY,
    };
    app = await startApp({ limits: true, env });
  });

  afterAll(async () => {
    await app.close();
    front.close();
  });

  const faults = async () =>
    (await diagnosed(app, 'public address')).flatMap(({ level, message }) =>
      level === 'fault' ? [message] : [],
    );

  it('has no fault behind a proxy that adds whom it saw and leaves cookies alone', async () => {
    forwards = (given) => [given, '192.0.2.1'].filter((each) => each !== undefined).join(', ');
    cookies = (text) => text;
    expect(await faults()).toEqual([]);
  });

  it('has one where clients choose their address', async () => {
    forwards = (given) => given;
    cookies = (text) => text;
    expect(await faults()).toEqual([expect.stringContaining('X-Forwarded-For of a client is trusted')]);
  });

  it.each([
    ['Secure', (text: string) => text.replace('; Secure', '')],
    ['HttpOnly', (text: string) => text.replace('; HttpOnly', '')],
    ['their prefix', (text: string) => text.replace('__Host-', '')],
    ['their own host', (text: string) => `${text}; Domain=example.test`],
  ])('has one where cookies lose %s', async (_, change) => {
    forwards = () => '192.0.2.1';
    cookies = change;
    expect(await faults()).toEqual([expect.stringContaining('the proxy changes the flags of cookies')]);
  });
});
