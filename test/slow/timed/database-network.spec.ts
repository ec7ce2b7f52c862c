import type { Answer } from '../../support/api';
import { clientsOf } from '../../support/clients';
import { eventually } from '../../support/eventually';
import { expectMemoryTrusted, fromMemory, servedAgainMs } from '../../support/from-memory';
import { inParallel } from '../../support/parallel';
import { ProxiedApp } from '../../support/proxied-app';
import { expectTimes } from '../../support/timing';
import {
  BOUND_MS,
  expectUnavailable,
  longestOf,
  medianOf,
  report,
  type Sample,
  statusesOf,
  timed,
  Traffic,
} from '../../support/traffic';

/** For what asks no database, or nothing that is far away. */
const SOON_MS = 50;

let app: ProxiedApp;

// One process goes through all of it: whatever a fault leaves behind is there for the next one.
beforeAll(async () => {
  app = await ProxiedApp.start();
});

afterAll(async () => {
  expect(await app.stop()).toBe(0);
  expect(app.process.output).not.toMatch(/unhandled|uncaught|request failed/i);
});

const of = (kind: string, samples: Sample[]) => samples.filter((sample) => sample.kind === kind);

/** Sign-ins enough to use every connection of the pool. */
async function volley(email: string, size = 30): Promise<Sample[]> {
  return inParallel(size, async () => timed('login', async () => app.logIn(email)));
}

/** Waits until connections have had nothing to do for longer than they may be silent while they owe an answer. */
async function idled(): Promise<void> {
  const idle = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle'
                AND pid <> pg_backend_pid() AND state_change < clock_timestamp() - interval '3 seconds'`;
  await eventually(async () => expect((await app.ask(idle)).length).toBeGreaterThan(4), 20_000);
}

describe('a network that swallows what is sent', () => {
  /** @returns the median of what needs no database, in milliseconds */
  async function stallAndComeBack(): Promise<{ median: number }> {
    const { email } = await app.register();
    const { accessToken: token } = await app.someone();
    expect(statusesOf(await volley(email))).toEqual([200]);
    await idled();
    expect(statusesOf(await volley(email))).toEqual([200]);

    const all = new Traffic()
      .of('none', async () => app.api.get('/.well-known/jwks.json'))
      .of('memory', async () => app.api.get('/v1/auth/principal', { token }));
    app.proxy.stall();
    const gone = performance.now();
    const established = await volley(email);
    const connecting = await volley(email);
    const ready = await timed('ready', async () => app.api.get('/health/ready'));
    for (const samples of [established, connecting, [ready]]) expectUnavailable(samples);

    const back = performance.now();
    await app.proxy.comeBack();
    expect(statusesOf(await volley(email))).toEqual([200]);
    const tookMs = performance.now() - back;
    // A question that was swallowed is given up within the bound, and the next one finds the changes.
    await eventually(async () => expect(servedAgainMs(all, back)).toBeLessThan(BOUND_MS), 2 * BOUND_MS);
    await all.answered(20, 'memory');
    await all.end();
    expect(statusesOf(of('none', all.samples))).toEqual([200]);
    expectMemoryTrusted(all, { gone, back });
    report('stalled', {
      'longest to 503 on open connections, ms': longestOf(established),
      'on new ones': longestOf(connecting),
      readiness: ready.tookMs,
      'thirty sign-ins after': tookMs,
      'from memory, longest to 503': longestOf(fromMemory(all.samples)),
      'served again after': servedAgainMs(all, back),
    });
    return { median: medianOf(of('none', all.samples)) };
  }

  it('costs no request more than the bound, and leaves the pool without dead connections', async () => {
    await expectTimes('stalled: what needs no database, in ms', stallAndComeBack, ({ median }) =>
      expect(median).toBeLessThan(SOON_MS),
    );
  });

  it('costs each connection that died unnoticed one request, in the bound', async () => {
    const { email } = await app.register();
    await volley(email);
    app.proxy.stall();
    await app.proxy.comeBack();
    const first = await volley(email);
    expectUnavailable(first.filter(({ answer }) => answer.status !== 200));
    expect(statusesOf(await volley(email))).toEqual([200]);
    report('died unnoticed', { 'longest of the first thirty, ms': longestOf(first) });
  });
});

describe('a database that is 200 ms away', () => {
  /** @returns medians in milliseconds */
  async function serve(): Promise<{ 'no database': number; 'from memory': number }> {
    app.proxy.delayMs = 100;
    const { accessToken: token, refreshToken } = await app.someone();
    const answers: Answer<object>[] = await Promise.all([
      app.api.get('/v1/users/me', { token }),
      app.api.get('/health/ready'),
      app.refresh(refreshToken),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const samples = await volley((await app.register()).email, 20);
    const { all, expectKept } = await clientsOf(app);
    for (const kind of ['register', 'refresh', 'me']) await all.answered(1, kind);
    await all.answered(100, 'none');
    await all.end();
    app.proxy.delayMs = 0;
    expect(statusesOf([...samples, ...all.samples])).toEqual([200, 202]);
    await expectKept();
    report('200 ms away', {
      'longest of twenty sign-ins at once, ms': longestOf(samples),
      'longest from memory': longestOf(fromMemory(all.samples)),
    });
    return {
      'no database': medianOf(of('none', all.samples)),
      'from memory': medianOf(fromMemory(all.samples)),
    };
  }

  it('serves everything, and what needs no query as fast as ever', async () => {
    await expectTimes('200 ms away, medians in ms', serve, (medians) =>
      expect(Math.max(...Object.values(medians))).toBeLessThan(SOON_MS),
    );
  });
});
