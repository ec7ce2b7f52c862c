import { inspect } from 'node:util';
import { type Client, createClient, type Mode, type SecondStep } from '../../client/src/index.ts';
import { eventually, type Person, type TestApp } from '../kit';
import { answering, ClientWire, held, lostAnswer, noNetwork } from '../support/client-wire';
import { sharedApp } from '../support/shared-app';
import { TotpActs, type TotpUser } from '../support/totp';

const ME = '/v1/users/me';
const TOTP = '/v1/auth/mfa/totp';
const MFA_TOKEN = /m[fs]_[\w-]{20,}/;
const MODES: readonly Mode[] = ['bearer', 'cookie'];
const JSON_TYPE = { 'content-type': 'application/json' };

const requiring = (members: object) =>
  answering(401, JSON.stringify({ type: 'x', code: 'mfa-required', detail: '', ...members }), JSON_TYPE);

describe.each(MODES)('the second step of a sign-in, in %s mode', (mode) => {
  let app: TestApp;
  let acts: TotpActs;
  let user: TotpUser;
  let wire: ClientWire;
  let client: Client;
  let heard: unknown[];

  beforeAll(async () => {
    app = await sharedApp();
    acts = new TotpActs(app);
    user = await acts.enrolled();
  });

  beforeEach(() => {
    app.clock.advance({ seconds: 60 });
    wire = new ClientWire();
    client = createClient({ baseUrl: app.api.url, mode, fetch: wire.fetch });
    heard = [];
    client.session.onChange((change) => heard.push(change));
  });

  afterEach(() => jest.restoreAllMocks());

  const stepOf = async ({ email, password }: Person = user): Promise<SecondStep> => {
    const step = await client.session.signIn({ email, password });
    if (!step) throw new Error('no second step was required');
    return step;
  };
  const code = () => ({ code: acts.code(user.secret) });
  const wrong = () => ({ code: acts.wrongCode(user.secret) });
  const whose = async () => (await client.api.GET(ME)).data?.email;
  const requests = () => wire.sent.filter(({ path }) => path.startsWith(TOTP)).length;
  const openSessions = async ({ email }: Person) => {
    const rows = await app.query(
      'SELECT 1 FROM sessions JOIN users ON users.id = user_id WHERE email = $1 AND revoked_at IS NULL',
      [email],
    );
    return rows.length;
  };
  const was = mode === 'cookie' ? 'unknown' : 'signed-out';

  it('opens the session, and nothing before it does', async () => {
    const step = await stepOf();
    expect(step).toMatchObject({ factors: ['totp', 'recovery-code'], enrolment: [], expiresInSeconds: 600 });
    expect([client.session.state, heard]).toEqual([was, []]);
    await step.complete('totp', code());
    expect(await whose()).toBe(user.email);
    expect(heard).toEqual([{ state: 'signed-in', was, by: 'this-tab' }]);
    expect(await client.session.findPrincipal()).toMatchObject({ acr: 'aal2' });
  });

  it('can be tried again after a wrong code, and is over after five', async () => {
    const step = await stepOf();
    await expect(step.complete('totp', wrong())).rejects.toMatchObject({ code: 'invalid-factor' });
    expect(client.session.state).toBe(was);
    const other = await stepOf();
    const [right = ''] = user.recoveryCodes;
    const codes = [...Array.from({ length: 5 }, () => '0'.repeat(25)), right];
    const refusals = await Promise.all(
      codes.map(async (each) => other.complete('recovery-code', { code: each }).catch((error) => error.code)),
    );
    expect(refusals).toEqual([...Array.from({ length: 5 }, () => 'invalid-factor'), 'invalid-mfa-token']);
    await step.complete('totp', code());
    expect(await whose()).toBe(user.email);
  });

  it('tells how long it lasts, and is over then', async () => {
    const step = await stepOf();
    const later = performance.now() + 599_500;
    jest.spyOn(performance, 'now').mockImplementation(() => later);
    expect(step.expiresInSeconds).toBe(1);
    jest.spyOn(performance, 'now').mockImplementation(() => later + 10_000);
    expect(step.expiresInSeconds).toBe(0);
    app.clock.advance({ seconds: 601 });
    await expect(step.complete('totp', code())).rejects.toMatchObject({ code: 'invalid-mfa-token' });
    expect(client.session.state).toBe(was);
  });

  it('is completed once by parallel calls, as by a double click', async () => {
    const step = await stepOf();
    const before = await openSessions(user);
    const proof = code();
    await Promise.all(Array.from({ length: 5 }, async () => step.complete('totp', proof)));
    await step.complete('totp', proof);
    expect([requests(), (await openSessions(user)) - before, heard]).toEqual([
      1,
      1,
      [{ state: 'signed-in', was, by: 'this-tab' }],
    ]);
  });

  it('sends the right code of a call that waits for a wrong one', async () => {
    const step = await stepOf();
    const [first, second] = await Promise.allSettled([
      step.complete('totp', wrong()),
      step.complete('totp', code()),
    ]);
    expect([first.status, second.status, await whose()]).toEqual(['rejected', 'fulfilled', user.email]);
  });

  it('remains where the server cannot be reached', async () => {
    const step = await stepOf();
    wire.next(TOTP, noNetwork);
    await expect(step.complete('totp', code())).rejects.toThrow(TypeError);
    await step.complete('totp', code());
    expect(await whose()).toBe(user.email);
  });

  it('reports a lost response, after which only the server knows whether a user is signed in', async () => {
    const step = await stepOf();
    wire.next(TOTP, lostAnswer);
    await expect(step.complete('totp', code())).rejects.toThrow(TypeError);
    expect(client.session.state).toBe(was);
    await expect(step.complete('totp', code())).rejects.toMatchObject({ code: 'invalid-mfa-token' });
    app.clock.advance({ seconds: 60 });
    await (await stepOf()).complete('totp', code());
    expect(await whose()).toBe(user.email);
  });

  it('replaces the session of a user who signed in meanwhile, as a sign-in does', async () => {
    const bob = await app.someone();
    const step = await stepOf();
    await client.session.signIn(bob);
    await step.complete('totp', code());
    expect(await whose()).toBe(user.email);
    expect(heard).toHaveLength(2);
    await eventually(async () => expect(await openSessions(bob)).toBe(0));
  });

  it('sends no credentials of a user who signed in meanwhile', async () => {
    const step = await stepOf();
    await client.session.signIn(await app.someone());
    await step.complete('totp', wrong()).catch(() => undefined);
    expect(wire.sent.at(-1)?.headers.get('authorization')).toBeNull();
  });

  it('is not stopped by a sign-out before it, and signed out by one after it', async () => {
    await client.session.signIn(await app.someone());
    const step = await stepOf();
    await client.session.signOut();
    const { fault, arrived, letGo } = held();
    wire.next(TOTP, fault);
    const completing = step.complete('totp', code());
    await arrived;
    letGo();
    await completing;
    await client.session.signOut();
    expect([client.session.state, await whose()]).toEqual(['signed-out', undefined]);
  });

  it('keeps its token to itself', async () => {
    const step = await stepOf();
    const thrown: unknown[] = [await step.complete('totp', wrong()).catch((error: unknown) => error)];
    wire.next(TOTP, answering(500, 'no'));
    thrown.push(await step.complete('totp', code()).catch((error: unknown) => error));
    wire.next('/v1/auth/login', requiring({ mfaToken: `mf_${'a'.repeat(43)}`, expiresIn: '600' }));
    thrown.push(await client.session.signIn(user).catch((error: unknown) => String(error)));
    const shown = inspect([client, step, thrown], { depth: Infinity, showHidden: true, getters: true });
    expect(`${shown}${JSON.stringify([client, step])}`).not.toMatch(MFA_TOKEN);
    const places = wire.sent.filter(({ url, headers }) => MFA_TOKEN.test(url + JSON.stringify([...headers])));
    expect(places).toEqual([]);
    const bodies = wire.sent.filter(({ body }) => MFA_TOKEN.test(body));
    expect(new Set(bodies.map(({ path }) => path.split('?')[0]))).toEqual(new Set([TOTP]));
  });

  it('keeps kinds that it does not know, and ignores what is no kind', async () => {
    const mfaToken = 'mf_x';
    wire.next(
      '/v1/auth/login',
      requiring({ mfaToken, expiresIn: 60, factors: ['carrier-pigeon', 7, 'totp'] }),
    );
    const step = await stepOf();
    expect(step).toMatchObject({ factors: ['carrier-pigeon', 'totp'], enrolment: [], expiresInSeconds: 60 });
  });

  it('is sent to the routes of second steps only', async () => {
    const step = await stepOf();
    const sent = wire.sent.length;
    for (const kind of ['../../notes', 'x/..', '%2e%2e/login'])
      await expect(step.complete(kind as 'totp', code())).rejects.toThrow(TypeError);
    await expect(step.begin('/v1/auth/mfa/../notes' as never, {})).rejects.toThrow(TypeError);
    await expect(step.begin('.attacker.test/' as never, {})).rejects.toThrow(TypeError);
    expect(wire.sent).toHaveLength(sent);
  });

  it('serves a kind of a team, with a route that sends a code', async () => {
    const step = await stepOf();
    wire.next('/v1/auth/mfa/sms/send', answering(200, '{"to":"…61"}', JSON_TYPE));
    expect(await step.begin('/v1/auth/mfa/sms/send' as never, { voice: true } as never)).toEqual({
      to: '…61',
    });
    expect(JSON.parse(wire.sent.at(-1)?.body ?? '')).toEqual({ mfaToken: expect.any(String), voice: true });
    await expect(step.begin('/v1/auth/mfa/sms/send' as never, {})).rejects.toMatchObject({
      code: 'not-found',
    });
    await expect(step.complete('sms' as 'totp', code())).rejects.toMatchObject({ code: 'not-found' });
    await step.complete('totp', code());
    expect(await whose()).toBe(user.email);
  });
});

describe('a device token of a sign-in with two steps', () => {
  it('is stored by the second one, and sent at the next first one', async () => {
    const app = await sharedApp();
    const acts = new TotpActs(app);
    const { email, password, secret } = await acts.enrolled();
    const [wire, kept] = [new ClientWire(), new Map<string, string>()];
    const deviceTokens = {
      load: (address: string) => kept.get(address),
      save: (address: string, token: string) => void kept.set(address, token),
    };
    const { session } = createClient({
      baseUrl: app.api.url,
      mode: 'bearer',
      fetch: wire.fetch,
      deviceTokens,
    });
    const step = await session.signIn({ email, password });
    expect(kept.size).toBe(0);
    await step?.complete('totp', { code: acts.code(secret) });
    expect(kept.get(email)).toMatch(/^dt_/);
    await session.signIn({ email, password });
    expect(JSON.parse(wire.sent.at(-1)?.body ?? '')).toMatchObject({ deviceToken: kept.get(email) });
  });
});
