import {
  createClient,
  dataOf,
  type Mode,
  ProblemError,
  StepUpRequired,
  UnexpectedAnswer,
} from '../../client/src/index.ts';
import { type Person, type TestApp } from '../kit';
import { answering, ClientWire } from '../support/client-wire';
import { sharedApp } from '../support/shared-app';

const MODES: readonly Mode[] = ['bearer', 'cookie'];

describe.each(MODES)('the client in %s mode', (mode) => {
  let app: TestApp;
  let person: Person;
  let wire: ClientWire;

  const client = () => createClient({ baseUrl: app.api.url, mode, fetch: wire.fetch });

  beforeAll(async () => {
    app = await sharedApp();
  });

  beforeEach(async () => {
    person = await app.someone();
    wire = new ClientWire();
  });

  it('signs in, reads, writes and signs out', async () => {
    const { api, session } = client();
    expect(session.state).toBe(mode === 'cookie' ? 'unknown' : 'signed-out');
    await session.signIn(person);
    expect(session.state).toBe('signed-in');
    const before = await api.GET('/v1/users/me');
    expect(before.data?.email).toBe(person.email);
    await api.PATCH('/v1/users/me', { body: { displayName: 'Ada' } });
    expect((await dataOf(api.GET('/v1/users/me'))).displayName).toBe('Ada');
    const sent = wire.sent.at(-1)?.headers;
    await session.signOut();
    expect(session.state).toBe('signed-out');
    const after = await api.GET('/v1/users/me');
    expect([after.response.status, after.error?.code]).toEqual([401, 'authentication-required']);
    const token = sent?.get('authorization')?.replace('Bearer ', '');
    if (mode === 'bearer')
      expect((await app.api.get('/v1/users/me', { token: token ?? '' })).body).toMatchObject({
        code: 'invalid-token',
      });
  });

  it('reports the signed-in user as the server states it', async () => {
    const { session } = client();
    expect(await session.findPrincipal()).toBeUndefined();
    expect(session.state).toBe('signed-out');
    await session.signIn(person);
    expect(await session.findPrincipal()).toMatchObject({ roles: [], permissions: [] });
    const reloaded = client().session;
    const found = await reloaded.findPrincipal();
    expect(found !== undefined).toBe(mode === 'cookie');
    expect(reloaded.state).toBe(mode === 'cookie' ? 'signed-in' : 'signed-out');
  });

  it('exports an account after reauthentication', async () => {
    const { api, session } = client();
    await session.signIn(person);
    app.clock.advance({ minutes: 16 });
    const exported = async () => dataOf(api.GET('/v1/users/me/export'));
    const refusal = await exported().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StepUpRequired);
    expect(refusal).toMatchObject({ code: 'insufficient-user-authentication', maxAgeSeconds: 15 * 60 });
    await expect(session.reauthenticate('teal otters juggle 8 lanterns')).rejects.toMatchObject({
      code: 'invalid-credentials',
    });
    await session.reauthenticate(person.password);
    expect(await exported()).toMatchObject({ exportedAt: expect.any(String) });
  });

  it('throws the problem of a refused sign-in, and the pointers of violations', async () => {
    const { api, session } = client();
    const wrong = { ...person, password: 'teal otters juggle 8 lanterns' };
    const refusal = await session.signIn(wrong).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ProblemError);
    expect(refusal).toMatchObject({ code: 'invalid-credentials', problem: { status: 401 } });
    expect(session.state).toBe(mode === 'cookie' ? 'unknown' : 'signed-out');
    const broken = dataOf(api.POST('/v1/auth/register', { body: { email: 'ada', password: 'short' } }));
    await expect(broken).rejects.toMatchObject({
      code: 'validation-failed',
      problem: { errors: expect.arrayContaining([expect.objectContaining({ pointer: '/email' })]) },
    });
  });

  it('distinguishes the response of a proxy from one of the server', async () => {
    const { api, session } = client();
    wire.next('/v1/users/me', answering(502, '<h1>Bad gateway</h1>', { 'content-type': 'text/html' }));
    await expect(dataOf(api.GET('/v1/users/me'))).rejects.toThrow(UnexpectedAnswer);
    wire.next('/v1/auth/login', answering(200, '<h1>Welcome to our hotel</h1>'));
    await expect(session.signIn(person)).rejects.toThrow(UnexpectedAnswer);
    expect(session.state).not.toBe('signed-in');
  });

  it('calls listeners once for each change of this tab, until they are removed', async () => {
    const { session } = client();
    const heard: unknown[] = [];
    const stop = session.onChange((change) => heard.push(change));
    await session.signIn(person);
    await session.signOut();
    stop();
    await session.signIn(person);
    expect(heard).toEqual([
      { state: 'signed-in', was: mode === 'cookie' ? 'unknown' : 'signed-out', by: 'this-tab' },
      { state: 'signed-out', was: 'signed-in', by: 'this-tab' },
    ]);
  });

  it('sends requests to undocumented routes within the same session', async () => {
    const { fetch, session } = client();
    await session.signIn(person);
    for (const address of ['v1/users/me', '/v1/users/me', `${app.api.url}/v1/users/me`])
      expect((await fetch(address)).status).toBe(200);
  });
});

describe('a device token', () => {
  it('is stored by the caller and sent at the next sign-in', async () => {
    const app = await sharedApp();
    const [wire, kept] = [new ClientWire(), new Map<string, string>()];
    const deviceTokens = {
      load: (email: string) => kept.get(email),
      save: (email: string, token: string) => void kept.set(email, token),
    };
    const person = await app.someone();
    for (let round = 0; round < 2; round++) {
      const { session } = createClient({
        baseUrl: app.api.url,
        mode: 'bearer',
        fetch: wire.fetch,
        deviceTokens,
      });
      const before = kept.get(person.email);
      await session.signIn(person);
      expect(JSON.parse(wire.sent.at(-1)?.body ?? '')).toEqual({
        ...person,
        ...(before && { deviceToken: before }),
      });
      expect(kept.get(person.email)).toMatch(/^dt_/);
    }
  });
});
