import { type Client, createClient } from '../../client/src/index.ts';
import type { TestApp } from '../kit';
import { ClientWire, problem } from '../support/client-wire';
import { sharedApp } from '../support/shared-app';

const REFRESH = '/v1/auth/refresh';
const PRINCIPAL = '/v1/auth/principal';

describe('a page that checks the principal after each change, in cookie mode', () => {
  let app: TestApp;
  let wire: ClientWire;
  let client: Client;
  let heard: unknown[];
  let asked: Promise<unknown>[];

  beforeAll(async () => {
    app = await sharedApp();
  });

  beforeEach(() => {
    wire = new ClientWire();
    client = createClient({ baseUrl: app.api.url, mode: 'cookie', fetch: wire.fetch });
    [heard, asked] = [[], []];
    client.session.onChange((change) => {
      heard.push(change);
      asked.push(client.session.findPrincipal());
    });
  });

  afterEach(() => jest.restoreAllMocks());

  /** Runs until no response causes another request, or a limit is reached. */
  const settle = async () => {
    for (let answered = 0; answered < asked.length && answered < 20; answered++) await asked[answered];
  };
  const counts = () => [wire.count(PRINCIPAL), wire.count(REFRESH)];
  const wait = (milliseconds: number) => {
    const later = performance.now() + milliseconds;
    jest.spyOn(performance, 'now').mockImplementation(() => later);
  };
  const SIGNED_OUT = { state: 'signed-out', was: 'unknown', by: 'server' };

  it('is notified once that no user is signed in, and sends one refresh', async () => {
    expect(await client.session.findPrincipal()).toBeUndefined();
    await settle();
    expect(heard).toEqual([SIGNED_OUT]);
    expect(counts()).toEqual([1, 1]);
  });

  it('sends few requests while no user is signed in, even when it checks without a pause', async () => {
    const begun = performance.now();
    for (let at = 0; at <= 30_000; at += 100) {
      jest.spyOn(performance, 'now').mockReturnValue(begun + at);
      expect(await client.session.findPrincipal()).toBeUndefined();
    }
    await settle();
    expect(heard).toEqual([SIGNED_OUT]);
    // At 0, 1, 3, 7 and 15 seconds.
    expect(counts()).toEqual([5, 5]);
  });

  it('is notified of a revoked session and stops', async () => {
    await client.session.signIn(await app.someone());
    await settle();
    wire.always(REFRESH, problem(401, 'invalid-refresh-token'));
    wire.always(PRINCIPAL, problem(401, 'invalid-token'));
    await client.session.findPrincipal();
    await settle();
    expect(heard.slice(1)).toEqual([{ state: 'signed-out', was: 'signed-in', by: 'server' }]);
    expect(counts()).toEqual([2, 1]);
  });

  it('detects a sign-in without a message, with and without its access cookie', async () => {
    await client.session.findPrincipal();
    await settle();
    const other = createClient({ baseUrl: app.api.url, mode: 'cookie', fetch: wire.fetch });
    for (const dropped of [[], ['__Host-access']]) {
      await other.session.signIn(await app.someone());
      for (const cookie of dropped) wire.drop(cookie);
      wait(2_000);
      expect(await client.session.findPrincipal()).toMatchObject({ roles: [] });
      await settle();
      expect(heard.at(-1)).toEqual({ state: 'signed-in', was: 'signed-out', by: 'server' });
      await client.session.signOut();
      await settle();
    }
  });

  it('detects its own sign-in at once', async () => {
    await client.session.findPrincipal();
    await client.session.signIn(await app.someone());
    expect(await client.session.findPrincipal()).toMatchObject({ roles: [] });
  });

  it('sends nothing in bearer mode without tokens', async () => {
    const { session } = createClient({ baseUrl: app.api.url, mode: 'bearer', fetch: wire.fetch });
    expect(await session.findPrincipal()).toBeUndefined();
    expect(wire.sent).toEqual([]);
  });
});
