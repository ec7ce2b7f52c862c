import { type Client, createClient, dataOf, type Mode, type SecondStep } from '../../client/src/index.ts';
import type { TestApp } from '../kit';
import { ClientWire, held, lostAnswer } from '../support/client-wire';
import { sharedApp } from '../support/shared-app';
import { TotpActs, type TotpUser } from '../support/totp';

const TOTP = '/v1/auth/mfa/totp';
const MODES: readonly Mode[] = ['bearer', 'cookie'];

describe.each(MODES)('the second step of a reauthentication, in %s mode', (mode) => {
  let app: TestApp;
  let acts: TotpActs;
  let user: TotpUser;
  let wire: ClientWire;
  let client: Client;

  beforeAll(async () => {
    app = await sharedApp();
    acts = new TotpActs(app);
    user = await acts.enrolled();
  });

  beforeEach(async () => {
    app.clock.advance({ seconds: 60 });
    wire = new ClientWire();
    client = createClient({ baseUrl: app.api.url, mode, fetch: wire.fetch });
    const step = await client.session.signIn({ email: user.email, password: user.password });
    await step?.complete('totp', code());
    app.clock.advance({ seconds: 60 });
    wire.sent.length = 0;
  });

  const code = () => ({ code: acts.code(user.secret) });
  const stepOf = async (): Promise<SecondStep> => {
    const step = await client.session.reauthenticate(user.password);
    if (!step) throw new Error('no second step was required');
    return step;
  };
  const sessionId = async () => (await client.session.findPrincipal())?.sessionId;
  const exported = async () => dataOf(client.api.GET('/v1/users/me/export'));

  it('renews the sign-in of the same session', async () => {
    const before = await sessionId();
    app.clock.advance({ minutes: 16 });
    await expect(exported()).rejects.toMatchObject({ maxAgeSeconds: 900 });
    const step = await stepOf();
    await expect(exported()).rejects.toMatchObject({ code: 'insufficient-user-authentication' });
    await step.complete('totp', code());
    expect(await exported()).toHaveProperty('exportedAt');
    expect([await sessionId(), client.session.state]).toEqual([before, 'signed-in']);
    const sent = wire.sent.find(({ path }) => path.startsWith(TOTP));
    expect(sent?.headers.has('authorization')).toBe(mode === 'bearer');
  });

  it('can be tried again after a wrong code, within the session', async () => {
    const step = await stepOf();
    const wrong = { code: acts.wrongCode(user.secret) };
    await expect(step.complete('totp', wrong)).rejects.toMatchObject({ code: 'invalid-factor' });
    expect(client.session.state).toBe('signed-in');
    await step.complete('totp', code());
    expect(await client.session.findPrincipal()).toMatchObject({ acr: 'aal2' });
  });

  it('is sent with a refreshed token where the former one has expired', async () => {
    app.clock.advance({ minutes: 8 });
    const step = await stepOf();
    app.clock.advance({ minutes: 8 });
    await step.complete('totp', code());
    expect(wire.count('/v1/auth/refresh')).toBe(1);
    expect(await client.session.findPrincipal()).toMatchObject({ acr: 'aal2' });
  });

  it('is not sent after the user signed out', async () => {
    const step = await stepOf();
    await client.session.signOut();
    await expect(step.complete('totp', code())).rejects.toMatchObject({ name: 'AbortError' });
    expect(wire.sent.some(({ path }) => path.startsWith(TOTP))).toBe(false);
  });

  it('is not sent for another user who signed in, nor while the sign-in is in progress', async () => {
    const bob = await app.someone();
    const step = await stepOf();
    const { fault, arrived, letGo } = held();
    wire.next('/v1/auth/login', fault);
    const arriving = client.session.signIn(bob);
    await arrived;
    const completing = step.complete('totp', code());
    letGo();
    await arriving;
    for (const call of [completing, step.complete('totp', code())])
      await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    await expect(step.begin('/v1/auth/mfa/sms/send' as never, {})).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(wire.sent.some(({ path }) => path.startsWith('/v1/auth/mfa/'))).toBe(false);
    expect((await client.api.GET('/v1/users/me')).data?.email).toBe(bob.email);
  });

  it('ends with its session', async () => {
    const step = await stepOf();
    const other = createClient({ baseUrl: app.api.url, mode: 'bearer' });
    await (
      await other.session.signIn({ email: user.email, password: user.password })
    )?.complete('totp', code());
    await other.api.DELETE('/v1/sessions');
    app.clock.advance({ seconds: 60 });
    await expect(step.complete('totp', code())).rejects.toMatchObject({
      code: expect.stringMatching(/^invalid-token$|^authentication-required$/),
    });
    expect(client.session.state).toBe('signed-out');
  });

  it('keeps the session where its response is lost', async () => {
    const before = await sessionId();
    const step = await stepOf();
    wire.next(TOTP, lostAnswer);
    const { fault, arrived, letGo } = held();
    wire.next('/v1/auth/refresh', fault);
    await expect(step.complete('totp', code())).rejects.toThrow(TypeError);
    // The compensating refresh reaches the server before the clock advances.
    await arrived;
    letGo();
    expect(await sessionId()).toBe(before);
    app.clock.advance({ minutes: 20 });
    expect(await sessionId()).toBe(before);
  });
});
