import { Clock } from '../../src/platform/clock';
import { JobScheduler } from '../../src/platform/jobs';
import { SigningKeyStore } from '../../src/tokens';
import { startApp, type TestApp } from '../support/app';
import type { TokenBody } from '../support/api';
import { type PublishedKey, verifies } from '../support/jws';
import { inParallel } from '../support/parallel';
import { keySetOf, kidOf, kidsOf, pass, statusWith } from '../support/signing';

const PERIOD = { days: 90 };
const LEAD = { hours: 1 };

describe('the signing keys', () => {
  let app: TestApp;

  afterEach(async () => app.close());

  const start = async (env = {}) => (app = await startApp({ env }));
  const signedBy = async () => kidOf((await app.signIn()).accessToken);

  it('are left alone until the next one is due', async () => {
    await start();
    const first = await kidsOf(app);
    await pass(app, { days: 90, minutes: -1 });
    expect(await kidsOf(app)).toEqual(first);
    await pass(app, { minutes: 1 });
    expect(await kidsOf(app)).toEqual([expect.any(String), ...first]);
  });

  it('are published before they sign, and the tokens of the one before stay good', async () => {
    await start();
    const former = await signedBy();
    await pass(app, PERIOD);
    const [next = '', ...others] = await kidsOf(app);
    expect([next === former, others]).toEqual([false, [former]]);
    expect(await signedBy()).toBe(former);

    await pass(app, { ...LEAD, milliseconds: -1 });
    const last = (await app.signIn()).accessToken;
    expect(kidOf(last)).toBe(former);
    await pass(app, { milliseconds: 1 });
    expect(await signedBy()).toBe(next);
    expect(await statusWith(app, last)).toBe(200);
    await pass(app, { minutes: 14 });
    expect(await statusWith(app, last)).toBe(200);
    expect(await kidsOf(app)).toEqual([next, former]);
    await pass(app, { minutes: 47 });
    expect(await kidsOf(app)).toEqual([next]);
  });

  it('go on after more than a year without any scheduled job', async () => {
    await start();
    const former = await signedBy();
    app.clock.advance({ days: 400 });
    expect(await signedBy()).toBe(former);
    await pass(app, { minutes: 1 });
    const [next] = await kidsOf(app);
    expect(await signedBy()).toBe(former);
    await pass(app, LEAD);
    expect(await signedBy()).toBe(next);
    await pass(app, { hours: 2 });
    expect(await kidsOf(app)).toEqual([next]);
  });

  it.each([
    ['while two are published', LEAD],
    ['after the former one was taken back', { hours: 3 }],
  ])('go on when the clock is put back %s', async (_, span) => {
    await start();
    await pass(app, PERIOD);
    await pass(app, span);
    const set = await kidsOf(app);
    await pass(app, { days: -1 });
    const { accessToken } = await app.signIn();
    expect(set).toContain(kidOf(accessToken));
    expect(await statusWith(app, accessToken)).toBe(200);
    expect(await kidsOf(app)).toEqual(set);
  });

  it('change under a client without one failed request, four times in a row', async () => {
    await start({ SIGNING_KEY_DAYS: '0.125' });
    let tokens = await app.signIn();
    let copy: PublishedKey[] = (await keySetOf(app)).body.keys;
    const signers = new Set([kidOf(tokens.accessToken)]);
    const failures: unknown[] = [];
    for (let minute = 0; signers.size < 5 && minute < 24 * 60; minute += 5) {
      app.clock.advance({ minutes: 5 });
      const [, status, renewed] = await Promise.all([
        app.nest.get(JobScheduler).run(),
        statusWith(app, tokens.accessToken),
        app.api.post<TokenBody>('/v1/auth/refresh', { json: { refreshToken: tokens.refreshToken } }),
      ]);
      tokens = renewed.body;
      const kid = kidOf(tokens.accessToken);
      signers.add(kid);
      // As a service that fetched the key set five minutes ago would see it.
      const key = copy.find((candidate) => candidate.kid === kid);
      if (status !== 200 || renewed.status !== 200 || !key || !verifies(tokens.accessToken, key))
        failures.push({ minute, status, renewal: renewed.status, kid });
      await pass(app, {});
      ({ keys: copy } = (await keySetOf(app)).body);
    }
    expect([signers.size, failures]).toEqual([5, []]);
    expect(copy.length).toBeLessThanOrEqual(2);
  });

  it('are made one at a time, however many find it due at once', async () => {
    await start();
    app.clock.advance(PERIOD);
    const scheduler = app.nest.get(JobScheduler);
    const others = await inParallel(3, async () => new JobScheduler(app.database, app.nest.get(Clock)));
    const store = app.nest.get(SigningKeyStore);
    for (const other of others)
      other.schedule({
        name: 'signing-keys',
        everyMs: 60_000,
        runBatch: async () => store.rotateIfDue().then(() => false),
      });
    await Promise.all([scheduler, ...others].map(async (one) => one.run()));
    await inParallel(8, async () => store.rotateIfDue());
    await pass(app, {});
    expect(await kidsOf(app)).toHaveLength(2);
  });

  it.each([
    ['making the next one', 'INSERT', PERIOD],
    ['taking back the former one', 'UPDATE', { hours: 3 }],
  ])('stay as they were when %s fails in the middle, and the next attempt succeeds', async (_, act, span) => {
    await start();
    if (act === 'UPDATE') await pass(app, PERIOD);
    await app.query(`CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$`);
    await app.query(`CREATE TRIGGER failing AFTER ${act} ON keys FOR EACH ROW EXECUTE FUNCTION fail()`);
    const rows = await app.query('SELECT * FROM keys ORDER BY id');
    const set = await kidsOf(app);
    await pass(app, span);
    expect(await app.query('SELECT * FROM keys ORDER BY id')).toEqual(rows);
    expect(await kidsOf(app)).toEqual(set);
    expect(set).toContain(await signedBy());

    await app.query('DROP TRIGGER failing ON keys');
    await pass(app, { minutes: 1 });
    expect(await app.query('SELECT * FROM keys ORDER BY id')).not.toEqual(rows);
    expect(await kidsOf(app)).toHaveLength(act === 'INSERT' ? 2 : 1);
    await app.signIn();
  });

  it('are told apart by the ETag of the set, which stays while the set does', async () => {
    await start();
    const tagOf = async () => (await keySetOf(app)).headers.get('etag') ?? '';
    const first = await tagOf();
    await pass(app, { minutes: 10 });
    expect(await tagOf()).toBe(first);
    await pass(app, PERIOD);
    const second = await tagOf();
    const conditional = await app.api.get('/.well-known/jwks.json', { headers: { 'if-none-match': first } });
    expect([conditional.status, conditional.headers.get('etag')]).toEqual([200, second]);
    await pass(app, { hours: 3 });
    expect(new Set([first, second, await tagOf()]).size).toBe(3);
  });
});
