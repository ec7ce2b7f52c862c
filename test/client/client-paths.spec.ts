import { createClient } from '../../client/src/index.ts';
import type { TestApp } from '../kit';
import { ClientWire } from '../support/client-wire';
import { sharedApp } from '../support/shared-app';

const DOTS = ['', '.', '..'];

describe('a path parameter of the client', () => {
  let app: TestApp;
  let wire: ClientWire;
  let client: ReturnType<typeof createClient>;

  beforeAll(async () => {
    app = await sharedApp();
    wire = new ClientWire();
    client = createClient({ baseUrl: app.api.url, mode: 'bearer', fetch: wire.fetch });
    await client.session.signIn(await app.someone());
  });

  it.each(DOTS)('of the value %j is refused before a request is sent', async (id) => {
    const { api } = client;
    const before = wire.sent.length;
    const params = { path: { id } };
    const refused = /missing, empty, "\." or "\.\."/;
    await expect(api.DELETE('/v1/users/{id}/sessions', { params })).rejects.toThrow(refused);
    await expect(api.DELETE('/v1/sessions/{id}', { params })).rejects.toThrow(refused);
    await expect(api.PATCH('/v1/users/{id}', { params, body: { status: 'disabled' } })).rejects.toThrow(
      refused,
    );
    for (const value of [[id], {}, undefined] as unknown as string[])
      await expect(api.DELETE('/v1/sessions/{id}', { params: { path: { id: value } } })).rejects.toThrow(
        refused,
      );
    expect(wire.sent).toHaveLength(before);
    expect(await client.session.findPrincipal()).toBeDefined();
  });

  it.each(['...', '.x', 'a..b', '%2e%2e', '../x', '..\\', 'a/b', 'a?b', 'a#b', '.\n.', '{id}', '$&'])(
    'that is %j stays one segment of its own route',
    async (id) => {
      const { response } = await client.api.DELETE('/v1/sessions/{id}', { params: { path: { id } } });
      expect(response.status).toBe(404);
      expect(wire.sent.at(-1)?.url).toBe(`${app.api.url}/v1/sessions/${encodeURIComponent(id)}`);
    },
  );

  it.each([
    '/v1/users/../sessions',
    '/v1/users/%2E%2e/sessions',
    '/v1/x/.\t./sessions',
    '\\v1\\x\\..\\sessions',
    '..',
    './v1',
  ])('of an address %j is refused as well', async (address) => {
    const before = wire.sent.length;
    await expect(client.fetch(address, { method: 'DELETE' })).rejects.toThrow(/leads to another path/);
    await expect(client.fetch(app.api.url + address.replaceAll(/^(?![\\/])/g, '/'))).rejects.toThrow(
      /leads to another path/,
    );
    expect(wire.sent).toHaveLength(before);
    expect((await client.fetch('/v1/users/me?x=../y#../z')).status).not.toBe(404);
  });
});
