import { askAgain, openClient, type Screen, signIn, start } from '../../client/examples/page.ts';
import { listSessions } from '../../client/examples/program.ts';
import { type Client, createClient, dataOf } from '../../client/src/index.ts';
import { eventually, type Person, type TestApp } from '../kit';
import { ClientWire, noNetwork, problem } from '../support/client-wire';
import { sharedApp } from '../support/shared-app';

describe('the examples of docs/clients.md', () => {
  let app: TestApp;
  let person: Person;
  let wire: ClientWire;
  let client: Client;
  let drawn: string[];
  let screen: Screen;

  beforeAll(async () => {
    app = await sharedApp();
  });

  beforeEach(async () => {
    person = await app.someone();
    wire = new ClientWire();
    drawn = [];
    screen = {
      home: (email) => drawn.push(`home of ${email}`),
      signIn: (because) => drawn.push(`sign in. ${because}`),
      askPassword: async () => person.password,
      askCode: async () => undefined,
    };
    const stepUp = askAgain(screen);
    client = createClient({ baseUrl: app.api.url, mode: 'cookie', fetch: wire.fetch, stepUp });
  });

  const expectDrawn = async (what: string) => eventually(async () => expect(drawn.at(-1)).toBe(what), 2_000);

  it('render the signed-in user, and the sign-in form after a sign-out', async () => {
    await start(client, screen);
    expect(drawn).toEqual(['sign in. ']);
    expect(await signIn(client, screen, person.email, person.password)).toBe('');
    await expectDrawn(`home of ${person.email}`);
    app.clock.advance({ days: 15 });
    await client.api.GET('/v1/users/me');
    await expectDrawn('sign in. Your session has ended.');
    await signIn(client, screen, person.email, person.password);
    await client.session.signOut();
    await expectDrawn('sign in. ');
  });

  it('render the signed-in user after a reload', async () => {
    await signIn(client, screen, person.email, person.password);
    const reloaded = createClient({ baseUrl: app.api.url, mode: 'cookie', fetch: wire.fetch });
    await start(reloaded, screen);
    await expectDrawn(`home of ${person.email}`);
  });

  it('return the error of a failed sign-in', async () => {
    expect(await signIn(client, screen, person.email, 'teal otters juggle 8 lanterns')).toMatch(
      /^Invalid email or password/,
    );
    wire.next('/v1/auth/login', problem(429, 'rate-limited', { 'retry-after': '60' }));
    expect(await signIn(client, screen, person.email, person.password)).toMatch(/in 60 seconds/);
    wire.next('/v1/auth/login', problem(418, 'newer-than-this-client'));
    expect(await signIn(client, screen, person.email, person.password)).toBe('newer-than-this-client');
    wire.next('/v1/auth/login', noNetwork);
    expect(await signIn(client, screen, person.email, person.password)).toMatch(/cannot be reached/);
  });

  it('ask for the password where a recent sign-in is required', async () => {
    await signIn(client, screen, person.email, person.password);
    app.clock.advance({ minutes: 16 });
    const passwords = ['teal otters juggle 8 lanterns', person.password];
    const asked: string[] = [];
    screen.askPassword = async (because) => {
      asked.push(because);
      return passwords.shift();
    };
    expect(await dataOf(client.api.GET('/v1/users/me/export'))).toHaveProperty('exportedAt');
    expect(asked).toEqual(['', 'The password is incorrect.']);
  });

  it('work in a program', async () => {
    const deviceTokens = { load: () => undefined, save: () => undefined };
    expect(await listSessions(app.api.url, person, deviceTokens)).toEqual([expect.stringMatching(/ node$/)]);
  });

  it('need an address outside a page', () => {
    expect(() => openClient(screen)).toThrow(TypeError);
  });
});
