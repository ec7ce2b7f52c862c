import {
  type Client,
  createClient,
  dataOf,
  type Mode,
  type StepUp,
  StepUpRequired,
} from '../../client/src/index.ts';
import type { Person, TestApp } from '../kit';
import { ClientWire, type Fault, held, problem } from '../support/client-wire';
import { sharedApp } from '../support/shared-app';
import { TotpActs } from '../support/totp';

const EXPORT = '/v1/users/me/export';
const ME = '/v1/users/me';
const MODES: readonly Mode[] = ['bearer', 'cookie'];
const REFUSAL = problem(401, 'insufficient-user-authentication', {
  'www-authenticate': 'Bearer error="insufficient_user_authentication", max_age="900"',
});

describe.each(MODES)('a call that requires a recent sign-in, in %s mode', (mode) => {
  let app: TestApp;
  let person: Person;
  let wire: ClientWire;
  let client: Client;
  let asked: StepUpRequired[];
  let answer: StepUp;

  beforeAll(async () => {
    app = await sharedApp();
  });

  beforeEach(async () => {
    person = await app.someone();
    wire = new ClientWire();
    asked = [];
    answer = async (_, session) => void (await session.reauthenticate(person.password));
    const stepUp: StepUp = async (refusal, session) => {
      asked.push(refusal);
      await answer(refusal, session);
    };
    client = createClient({ baseUrl: app.api.url, mode, fetch: wire.fetch, stepUp });
    await client.session.signIn(person);
    app.clock.advance({ minutes: 16 });
    await client.api.GET(ME);
    wire.sent.length = 0;
  });

  const exported = async (init = {}) => dataOf(client.api.GET(EXPORT, init));
  const rename = async (displayName: string) => dataOf(client.api.PATCH(ME, { body: { displayName } }));
  const sent = (path: string) => wire.sent.filter((each) => each.path === path);

  it('is repeated once after the user has authenticated again', async () => {
    expect(await exported()).toHaveProperty('exportedAt');
    expect(asked).toMatchObject([
      { code: 'insufficient-user-authentication', maxAgeSeconds: 900, acrValues: [] },
    ]);
    expect(asked[0]).toBeInstanceOf(StepUpRequired);
    expect(wire.count(EXPORT)).toBe(2);
  });

  it('shares one dialog with the others, and each is repeated with its body', async () => {
    wire.next(ME, REFUSAL);
    wire.next(ME, REFUSAL);
    await Promise.all([exported(), exported(), rename('Ada'), rename('Ada L'), exported()]);
    expect([asked.length, wire.count(EXPORT), wire.count('/v1/auth/reauthenticate')]).toEqual([1, 6, 1]);
    const bodies = sent(ME).map(({ body }) => body);
    const names = bodies.map((body) => (JSON.parse(body) as { displayName: string }).displayName);
    expect(names.toSorted()).toEqual(['Ada', 'Ada', 'Ada L', 'Ada L']);
  });

  it('is repeated with a body that is read once', async () => {
    wire.next(ME, REFUSAL);
    const body = new Blob(['{"displayName":', '"Ada"}']).stream();
    const init = {
      method: 'PATCH',
      body,
      duplex: 'half' as const,
      headers: { 'content-type': 'application/json' },
    };
    expect((await client.fetch(ME, init)).status).toBe(200);
    expect(sent(ME).map((each) => each.body)).toEqual(['{"displayName":"Ada"}', '{"displayName":"Ada"}']);
  });

  it('is refused where the repeated call is, without another dialog', async () => {
    wire.always(EXPORT, REFUSAL);
    await expect(exported()).rejects.toThrow(StepUpRequired);
    expect([asked.length, wire.count(EXPORT)]).toEqual([1, 2]);
  });

  it('is refused, and not repeated, where the user cancels; the next one asks again', async () => {
    const reauthenticate = answer;
    answer = async () => undefined;
    await expect(Promise.all([exported(), exported()])).rejects.toThrow(StepUpRequired);
    expect([asked.length, wire.count(EXPORT)]).toEqual([1, 2]);
    answer = reauthenticate;
    await exported();
    expect(asked).toHaveLength(2);
  });

  it('is not repeated after a password that was wrong', async () => {
    answer = async (_, session) => void (await session.reauthenticate('teal otters juggle 8 lanterns'));
    const results = await Promise.allSettled([exported(), exported()]);
    for (const result of results)
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'invalid-credentials' } });
    expect([asked.length, wire.count(EXPORT)]).toEqual([1, 2]);
  });

  it('is repeated without a dialog where its refusal is late', async () => {
    const late = held();
    wire.next(EXPORT, late.fault);
    const slow = exported();
    await late.arrived;
    await exported();
    late.letGo();
    await slow;
    expect(asked).toHaveLength(1);
  });

  it('opens no second dialog where its refusal is later than a cancelled one', async () => {
    answer = async () => undefined;
    const late = held();
    wire.next(EXPORT, late.fault);
    const slow = exported();
    await late.arrived;
    await exported().catch(() => undefined);
    late.letGo();
    await expect(slow).rejects.toThrow(StepUpRequired);
    expect(asked).toHaveLength(1);
  });

  it('no longer waits once its signal aborts; the others do', async () => {
    let close = () => {};
    const reauthenticate = answer;
    const closed = new Promise<void>((resolve) => (close = resolve));
    answer = async (refusal, session) => {
      await closed;
      await reauthenticate(refusal, session);
    };
    const controller = new AbortController();
    const impatient = exported({ signal: controller.signal });
    const patient = exported();
    while (wire.count(EXPORT) < 2 || asked.length === 0) await new Promise(setImmediate);
    controller.abort();
    await expect(impatient).rejects.toMatchObject({ name: 'AbortError' });
    close();
    expect(await patient).toHaveProperty('exportedAt');
    expect([asked.length, wire.count(EXPORT)]).toEqual([1, 3]);
  });

  it('is not repeated as another user who signed in during the dialog', async () => {
    const bob = await app.someone();
    answer = async (_, session) => {
      await session.signIn(bob);
      await session.reauthenticate(bob.password);
    };
    await expect(exported()).rejects.toThrow(StepUpRequired);
    expect(wire.count(EXPORT)).toBe(1);
  });

  it('is not repeated after a sign-out during the dialog', async () => {
    answer = async (_, session) => session.signOut();
    await expect(exported()).rejects.toThrow(StepUpRequired);
    expect(wire.count(EXPORT)).toBe(1);
  });

  it('is refused at once without a handler', async () => {
    const other = createClient({ baseUrl: app.api.url, mode, fetch: wire.fetch });
    await other.session.signIn(person);
    app.clock.advance({ minutes: 16 });
    await expect(dataOf(other.api.GET(EXPORT))).rejects.toThrow(StepUpRequired);
  });

  it('causes no dialog where it is refused for another reason', async () => {
    for (const code of ['authentication-required', 'invalid-credentials']) {
      const fault: Fault = problem(401, code);
      wire.next(EXPORT, fault);
      if (mode === 'cookie') wire.next(EXPORT, fault);
      await exported().catch(() => undefined);
    }
    wire.restore();
    expect(asked).toEqual([]);
  });
});

describe('a session that is older than the first factor of its user', () => {
  it('is raised to its level by one dialog', async () => {
    const app = await sharedApp();
    const acts = new TotpActs(app);
    const { email, password } = await acts.someone();
    const wire = new ClientWire();
    let secret = '';
    const asked: StepUpRequired[] = [];
    const { api, session } = createClient({
      baseUrl: app.api.url,
      mode: 'cookie',
      fetch: wire.fetch,
      stepUp: async (refusal, current) => {
        asked.push(refusal);
        const step = await current.reauthenticate(password);
        await step?.complete('totp', { code: acts.code(secret) });
      },
    });
    await session.signIn({ email, password });
    const { secret: drawn, enrolment } = await dataOf(api.POST('/v1/auth/factors/totp', { body: {} }));
    secret = drawn;
    const body = { enrolment, code: acts.code(secret) };
    const { recoveryCodes } = await dataOf(api.POST('/v1/auth/factors/totp/confirm', { body }));
    expect(recoveryCodes).toHaveLength(10);
    app.clock.advance({ seconds: 60 });
    await dataOf(api.POST('/v1/auth/factors/recovery-codes', { body: {} }));
    expect(asked).toMatchObject([{ acrValues: ['aal2'] }]);
    expect(await session.findPrincipal()).toMatchObject({ acr: 'aal2' });
  });
});
