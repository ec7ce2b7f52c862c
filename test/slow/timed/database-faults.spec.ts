import { setTimeout as sleep } from 'node:timers/promises';
import { NEWS_BOUND_MS } from '../../../src/platform/feed';
import type { Answer } from '../../support/api';
import {
  expectMemoryTrusted,
  expectServed,
  fromMemory,
  lastServedMs,
  servedAgainMs,
} from '../../support/from-memory';
import { clientsOf } from '../../support/clients';
import { inParallel } from '../../support/parallel';
import { ProxiedApp } from '../../support/proxied-app';
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

let app: ProxiedApp;

// One process goes through all of it: whatever a fault leaves behind is there for the next one.
beforeAll(async () => {
  app = await ProxiedApp.start();
});

afterAll(async () => {
  expect(await app.stop()).toBe(0);
  expect(app.process.output).not.toMatch(/unhandled|uncaught|request failed/i);
});

const free = (samples: Sample[]) => samples.filter(({ kind }) => kind === 'none');
const bound = (samples: Sample[]) => samples.filter(({ kind }) => kind !== 'none' && kind !== 'memory');

/** Sign-ins enough to use every connection of the pool. */
async function volley(email: string, size = 30): Promise<Sample[]> {
  return inParallel(size, async () => timed('login', async () => app.logIn(email)));
}

describe('a database that is gone for ten seconds under traffic', () => {
  it('costs its own requests a 503 and the others nothing, loses no write, and is back at once', async () => {
    const { all, expectKept } = await clientsOf(app);
    const ready = async () => (await app.api.get('/health/ready')).status;
    await sleep(1_500);
    await app.proxy.goAway();
    const gone = performance.now();
    expect(await ready()).toBe(503);
    await sleep(10_000);
    const back = performance.now();
    await app.proxy.comeBack();
    expect(await ready()).toBe(200);
    await sleep(2_000);
    await all.end();

    const before = free(all.between(0, gone));
    const during = free(all.between(gone, back));
    expect(statusesOf(free(all.samples))).toEqual([200]);
    expect(during.length).toBeGreaterThan(50);
    expect(medianOf(during)).toBeLessThan(2 * medianOf(before) + 2);

    expect(statusesOf(bound(all.between(0, gone - 200)))).toEqual([200, 202]);
    expectUnavailable(bound(all.between(gone + 50, back - 500)));
    expectMemoryTrusted(all, { gone, back });
    expect(lastServedMs(all, gone)).toBeGreaterThan(0);
    const after = bound(all.between(back + 1_000, Infinity));
    expect(statusesOf(after)).toEqual([200, 202]);
    const first = bound(all.between(back, Infinity)).find(({ answer }) => answer.status < 300);
    report('gone', {
      'longest to 503, ms': longestOf(bound(all.between(gone + 50, back - 500))),
      'first success after, ms': (first?.startedAt ?? Infinity) + (first?.tookMs ?? 0) - back,
      'no database, median before': medianOf(before),
      'and during': medianOf(during),
      'longest during': longestOf(during),
      'from memory, last success': lastServedMs(all, gone),
      'and served again after': servedAgainMs(all, back),
      'acknowledged accounts, all kept': await expectKept(),
    });
  });
});

describe('a network that swallows what is sent', () => {
  it('costs no request more than the bound, and leaves the pool without dead connections', async () => {
    const { email } = await app.register();
    const { accessToken: token } = await app.someone();
    expect(statusesOf(await volley(email))).toEqual([200]);
    // Longer than the silence a connection is allowed while it owes an answer; these owe none.
    await sleep(3_000);
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
    // A question that was swallowed is given up within the bound, and the next one finds the news.
    await sleep(BOUND_MS + NEWS_BOUND_MS);
    await all.end();
    expect(statusesOf(free(all.samples))).toEqual([200]);
    expect(medianOf(free(all.samples))).toBeLessThan(50);
    expectMemoryTrusted(all, { gone, back });
    report('stalled', {
      'longest to 503 on open connections, ms': longestOf(established),
      'on new ones': longestOf(connecting),
      readiness: ready.tookMs,
      'thirty sign-ins after': tookMs,
      'from memory, longest to 503': longestOf(fromMemory(all.samples)),
      'served again after': servedAgainMs(all, back),
      'no database, median': medianOf(free(all.samples)),
    });
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
  it('serves everything, and what needs no query as fast as ever', async () => {
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
    await sleep(2_000);
    await all.end();
    app.proxy.delayMs = 0;
    expect(statusesOf([...samples, ...all.samples])).toEqual([200, 202]);
    expect(medianOf(free(all.samples))).toBeLessThan(50);
    expect(medianOf(fromMemory(all.samples))).toBeLessThan(50);
    await expectKept();
    report('200 ms away', {
      'from memory, median': medianOf(fromMemory(all.samples)),
      'and longest': longestOf(fromMemory(all.samples)),
      'longest of twenty sign-ins at once, ms': longestOf(samples),
      'no database, median': medianOf(free(all.samples)),
    });
  });
});

describe('a database that ends all connections, again and again', () => {
  it('is answered with success or 503, and loses no write', async () => {
    const { all, expectKept } = await clientsOf(app);
    for (let restart = 0; restart < 8; restart++) {
      await sleep(300);
      await app.ask(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
    }
    const last = performance.now();
    await sleep(1_000);
    await all.end();
    expectUnavailable(bound(all.samples).filter(({ answer }) => answer.status >= 300));
    expect(statusesOf(free(all.samples))).toEqual([200]);
    expect(statusesOf(bound(all.between(last + 100, Infinity)))).toEqual([200, 202]);
    expectUnavailable(fromMemory(all.samples).filter(({ answer }) => answer.status !== 200));
    expectServed(all, last);
    await expectKept();
    report('ended', {
      requests: all.samples.length,
      '503': bound(all.samples).filter(({ answer }) => answer.status === 503).length,
      'from memory, 503': fromMemory(all.samples).filter(({ answer }) => answer.status === 503).length,
    });
  });
});
