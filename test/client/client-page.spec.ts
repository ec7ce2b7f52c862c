import { type Screen, signIn, start } from '../../client/examples/page.ts';
import { type Client, createClient, dataOf, UnexpectedAnswer } from '../../client/src/index.ts';
import { eventually, type TestApp } from '../kit';
import { answering, ClientWire, held, noNetwork } from '../support/client-wire';
import { sharedApp } from '../support/shared-app';

const PORTAL = answering(200, '<h1>Pay</h1>', { 'content-type': 'text/html' });

describe('the page of docs/clients.md', () => {
  let app: TestApp;
  let wire: ClientWire;
  let client: Client;
  let drawn: string[];
  let screen: Screen;

  beforeAll(async () => {
    app = await sharedApp();
  });

  beforeEach(() => {
    wire = new ClientWire();
    client = createClient({ baseUrl: app.api.url, mode: 'cookie', fetch: wire.fetch });
    drawn = [];
    screen = {
      home: (email) => drawn.push(`home of ${email}`),
      signIn: (because) => drawn.push(`sign in. ${because}`),
      askPassword: async () => undefined,
      askCode: async () => undefined,
    };
  });

  it('renders the home view after a sign-in when the server was unavailable at first', async () => {
    const person = await app.someone();
    wire.next('/v1/auth/principal', noNetwork);
    await expect(start(client, screen)).rejects.toThrow(TypeError);
    expect(await signIn(client, screen, person.email, person.password)).toBe('');
    await eventually(async () => expect(drawn.at(-1)).toBe(`home of ${person.email}`));
  });

  it('takes the page of a captive portal neither for a signed-in nor for a signed-out state', async () => {
    await client.session.signIn(await app.someone());
    wire.next('/v1/auth/principal', PORTAL);
    await expect(start(client, screen)).rejects.toThrow(UnexpectedAnswer);
    wire.next('/v1/users/me', PORTAL);
    await expect(dataOf(client.api.GET('/v1/users/me'))).rejects.toThrow(UnexpectedAnswer);
    expect(drawn).toEqual([]);
  });

  it('does not render data of a former user', async () => {
    const [ada, bob] = [await app.someone(), await app.someone()];
    await client.session.signIn(ada);
    const { fault, arrived, letGo } = held();
    wire.next('/v1/users/me', fault);
    const first = start(client, screen);
    await arrived;
    await client.session.signIn(bob);
    await eventually(async () => expect(drawn).toEqual([`home of ${bob.email}`]));
    letGo();
    await first;
    expect(drawn).toEqual([`home of ${bob.email}`]);
  });
});

describe('a client', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await sharedApp();
  });

  const open = (mode: 'bearer' | 'cookie') => {
    const wire = new ClientWire();
    return { wire, ...createClient({ baseUrl: app.api.url, mode, fetch: wire.fetch }) };
  };

  it('refreshes after a refusal without a body', async () => {
    const { session, fetch } = open('bearer');
    await session.signIn(await app.someone());
    app.clock.advance({ minutes: 15 });
    expect((await fetch('/v1/users/me', { method: 'HEAD' })).status).toBe(200);
  });

  it('does not repeat a request as another user after an interrupted sign-in', async () => {
    const [ada, bob] = [await app.someone(), await app.someone()];
    const { wire, session, api } = open('cookie');
    await session.signIn(ada);
    const { fault, arrived, letGo } = held();
    wire.next('/v1/users/me', async (goOn) => {
      await fault(async () => new Response(null, { status: 204 }));
      return answering(401, '', { 'www-authenticate': 'Bearer error="invalid_token"' })(goOn);
    });
    const call = api.PATCH('/v1/users/me', { body: { displayName: 'of ada' } });
    await arrived;
    wire.next('/v1/auth/login', async (goOn) => {
      const { headers } = await goOn();
      return new Response('{"tokenType":"Coo', { status: 200, headers });
    });
    await expect(session.signIn(bob)).rejects.toThrow(UnexpectedAnswer);
    expect(session.state).toBe('unknown');
    letGo();
    expect((await call).response.status).toBe(401);
  });

  it('does not send a password after another user has signed in', async () => {
    const [ada, bob] = [await app.someone(), await app.someone()];
    const { wire, session } = open('bearer');
    await session.signIn(ada);
    const { fault, arrived, letGo } = held();
    wire.next('/v1/auth/login', fault);
    const other = session.signIn(bob);
    await arrived;
    const proof = session.reauthenticate(ada.password);
    letGo();
    await other;
    await expect(proof).rejects.toThrow('The user signed out, or another user signed in.');
    expect(wire.sent.filter(({ path }) => path === '/v1/auth/reauthenticate')).toEqual([]);
  });

  it('stays signed out after a refused sign-out, whatever was requested meanwhile', async () => {
    const person = await app.someone();
    const { wire, session, fetch } = open('bearer');
    await session.signIn(person);
    wire.next('/v1/auth/logout', answering(429, '', { 'retry-after': '60' }));
    const leaving = session.signOut();
    const proof = session.reauthenticate(person.password).catch(() => undefined);
    await expect(leaving).rejects.toThrow(UnexpectedAnswer);
    await proof;
    expect(session.state).toBe('signed-out');
    expect((await fetch('/v1/users/me')).status).toBe(401);
    expect(wire.sent.at(-1)?.headers.get('authorization')).toBeNull();
  });

  it('does not refresh for an aborted call, and leaves no unhandled rejection', async () => {
    const { wire, session, fetch } = open('bearer');
    await session.signIn(await app.someone());
    const sent = wire.sent.length;
    const signal = AbortSignal.abort();
    await expect(fetch('/v1/users/me', { signal })).rejects.toThrow(/aborted/);
    expect(wire.sent.length).toBe(sent);
  });

  it('is signed in even when its device token cannot be stored', async () => {
    const save = () => {
      throw new Error('disk full');
    };
    const deviceTokens = { load: () => undefined, save };
    const { session } = createClient({ baseUrl: app.api.url, mode: 'bearer', deviceTokens });
    await session.signIn(await app.someone());
    expect(session.state).toBe('signed-in');
  });
});
