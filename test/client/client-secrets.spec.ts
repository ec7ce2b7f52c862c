import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { createClient } from '../../client/src/index.ts';
import { type Person, type TestApp } from '../kit';
import { answering, ClientWire } from '../support/client-wire';
import { sharedApp } from '../support/shared-app';

const ME = '/v1/users/me';
const SECRET = /eyJ|rt_|dt_/;

/** A server of an attacker, which records requests and returns a chosen response. */
async function strangerAt(answer: (origin: string) => [number, Record<string, string>] = () => [200, {}]) {
  const received: string[] = [];
  const server = createServer((request, response) => {
    received.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`);
    response.writeHead(...answer('')).end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, port, received, close: () => server.close() };
}

describe('a credential of the client', () => {
  let app: TestApp;
  let person: Person;
  let wire: ClientWire;
  let client: ReturnType<typeof createClient>;

  beforeAll(async () => {
    app = await sharedApp();
    person = await app.someone();
  });

  beforeEach(async () => {
    wire = new ClientWire();
    client = createClient({ baseUrl: app.api.url, mode: 'bearer', fetch: wire.fetch });
    await client.session.signIn(person);
  });

  it('is sent to no other origin, whatever the address', async () => {
    const stranger = await strangerAt();
    const { host } = new URL(app.api.url);
    const addresses = [
      `${stranger.origin}${ME}`,
      `//127.0.0.1:${stranger.port}${ME}`,
      `\\\\127.0.0.1:${stranger.port}${ME}`,
      `http://${host}.attacker.test${ME}`,
      `https://${host}${ME}`,
      `http://localhost:${new URL(app.api.url).port}${ME}`,
      `data:application/json,{}`,
    ];
    for (const address of addresses) await expect(client.fetch(address)).rejects.toThrow(TypeError);
    await expect(client.fetch(`http://${host}@127.0.0.1:${stranger.port}/`)).rejects.toThrow(TypeError);
    const smuggled = [`@127.0.0.1:${stranger.port}/`, '.attacker.test/', '0/'];
    for (const path of smuggled) await expect(client.api.GET(path as typeof ME)).rejects.toThrow(TypeError);
    await expect(client.api.GET(ME, { baseUrl: stranger.origin })).rejects.toThrow(TypeError);
    expect(stranger.received).toEqual([]);
    stranger.close();
  });

  it.each([301, 302, 303, 307, 308])('does not follow a %d', async (status) => {
    const stranger = await strangerAt();
    const location = { location: stranger.origin };
    const open = await strangerAt(() => [status, location]);
    const careless = createClient({ baseUrl: open.origin, mode: 'bearer' });
    await expect(careless.session.signIn(person)).rejects.toThrow(TypeError);
    await expect(careless.api.GET(ME)).rejects.toThrow(TypeError);
    expect(open.received).toHaveLength(2);
    expect(stranger.received).toEqual([]);
    stranger.close();
    open.close();
  });

  it('is in no URL, and only in its header and bodies', async () => {
    await client.api.GET(ME);
    app.clock.advance({ minutes: 15 });
    await client.api.GET(ME);
    await client.session.reauthenticate(person.password);
    await client.session.signOut();
    expect(wire.sent.map(({ url }) => url).join('\n')).not.toMatch(SECRET);
    for (const { path, headers, body } of wire.sent) {
      const others = [...headers].filter(([name]) => name !== 'authorization');
      expect(JSON.stringify(others)).not.toMatch(SECRET);
      if (!['/v1/auth/refresh', '/v1/auth/logout'].includes(path)) expect(body).not.toMatch(SECRET);
    }
  });

  it('is not reachable by a script', async () => {
    await client.api.GET(ME);
    expect(JSON.stringify(client)).not.toMatch(SECRET);
    expect(inspect(client, { depth: Infinity, showHidden: true, getters: true })).not.toMatch(SECRET);
    const { data, error, response } = await client.api.GET(ME);
    expect(inspect([data, error, response], { depth: Infinity, showHidden: true })).not.toMatch(SECRET);
  });

  it('is in no error', async () => {
    const errors: unknown[] = [];
    wire.next(ME, answering(500, 'no'));
    errors.push((await client.api.GET(ME)).error);
    wire.next(
      '/v1/auth/reauthenticate',
      answering(200, '{"accessToken":1}', { 'content-type': 'application/json' }),
    );
    errors.push(await client.session.reauthenticate(person.password).catch((error: unknown) => error));
    errors.push(await client.session.reauthenticate('wrong').catch((error: unknown) => error));
    expect(inspect(errors, { depth: Infinity, showHidden: true })).not.toMatch(SECRET);
    expect(inspect(errors, { depth: Infinity })).not.toContain(person.password);
  });

  it('is never stored beyond the life of the page', async () => {
    const touched: PropertyKey[] = [];
    const trap = () =>
      new Proxy({}, { get: (_, name) => touched.push(name), set: (_, name) => touched.push(name) > 0 });
    const places = ['localStorage', 'sessionStorage', 'indexedDB', 'caches', 'document'] as const;
    for (const place of places)
      Object.defineProperty(globalThis, place, { value: trap(), configurable: true });
    const fresh = createClient({ baseUrl: app.api.url, mode: 'bearer', fetch: wire.fetch });
    await fresh.session.signIn(person);
    app.clock.advance({ minutes: 15 });
    await fresh.api.GET(ME);
    await fresh.session.signOut();
    for (const place of places) Reflect.deleteProperty(globalThis, place);
    expect(touched).toEqual([]);
  });

  it('sends no browser credentials in bearer mode', async () => {
    let seen: string | undefined;
    const spy = async (request: Request) => {
      seen = request.credentials;
      return wire.fetch(request);
    };
    const other = createClient({ baseUrl: app.api.url, mode: 'bearer', fetch: spy });
    await other.session.signIn(person);
    await other.api.GET(ME, { credentials: 'include' });
    expect(seen).toBe('omit');
  });
});
