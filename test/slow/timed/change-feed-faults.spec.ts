import type { TokenBody } from '../../support/api';
import { eventually } from '../../support/eventually';
import { refusal } from '../../support/instances';
import { readJws } from '../../support/jws';
import { expectProblem } from '../../support/problem';
import { ProxiedApp } from '../../support/proxied-app';
import {
  BOUND_MS,
  expectUnavailable,
  longestOf,
  report,
  statusesOf,
  timed,
  Traffic,
} from '../../support/traffic';

const END = 'UPDATE sessions SET revoked_at = now() WHERE id = $1';
const PUBLIC = ['/.well-known/jwks.json', '/v1/auth/policy', '/health/live'];
/** For an answer to get from the application to here. */
const TRANSIT_MS = 250;

let app: ProxiedApp;
let boundMs: number;

beforeAll(async () => {
  app = await ProxiedApp.start();
  const { body } = await app.api.get<{ revocationSeconds: number }>('/v1/auth/policy');
  boundMs = body.revocationSeconds * 1_000;
  expect(boundMs).toBeLessThanOrEqual(1_000);
});

afterAll(async () => {
  expect(await app.stop()).toBe(0);
  expect(app.process.output).not.toMatch(/unhandled|uncaught|request failed/i);
});

const principal = async ({ accessToken }: TokenBody) =>
  app.api.get('/v1/auth/principal', { token: accessToken });
const end = async ({ accessToken }: TokenBody) => app.ask(END, [readJws(accessToken).claims.sid]);

/** The first one that is not "ask again". A connection that died in silence is not noticed at once. */
async function firstAnswer(tokens: TokenBody): Promise<number> {
  const deadline = performance.now() + BOUND_MS;
  let status = 503;
  while (status === 503 && performance.now() < deadline) ({ status } = await principal(tokens));
  return status;
}

async function traffic(tokens: TokenBody) {
  const all = new Traffic();
  for (let client = 0; client < 4; client++) all.of('guarded', async () => principal(tokens));
  for (const path of PUBLIC) all.of('public', async () => app.api.get(path));
  return all;
}

describe.each([
  ['gone', async () => app.proxy.goAway()],
  ['silent', async () => app.proxy.stall()],
])('a database that is %s', (word, fail) => {
  it('opens nothing: guarded requests go on for the bound and are 503 from then on, until it is back', async () => {
    const [kept, ended, endedLater] = [await app.someone(), await app.someone(), await app.someone()];
    expect((await principal(kept)).status).toBe(200);
    const all = await traffic(kept);
    await all.answered(20, 'guarded');
    const failed = performance.now();
    await fail();
    await end(ended);
    const closed = failed + boundMs + TRANSIT_MS;
    await eventually(async () => expectProblem(await principal(kept), 503, 'unavailable'));
    expectProblem(await app.api.get('/health/ready'), 503, 'unavailable');
    expectUnavailable([await timed('guarded', async () => principal(ended))]);
    await all.answered(8, 'guarded');
    await end(endedLater);
    await all.end();

    const guarded = all.samples.filter(({ kind }) => kind === 'guarded');
    const opened = guarded.filter(({ answer }) => answer.status === 200);
    expect(statusesOf(guarded)).toEqual([200, 503]);
    expect(opened.filter(({ startedAt }) => startedAt > closed)).toEqual([]);
    expectUnavailable(guarded.filter(({ answer }) => answer.status !== 200));
    expect(statusesOf(all.samples.filter(({ kind }) => kind === 'public'))).toEqual([200]);

    await app.proxy.comeBack();
    const back = performance.now();
    const first = await Promise.all([ended, endedLater, kept].map(firstAnswer));
    expect(first).toEqual([401, 401, 200]);
    report(`the database is ${word}`, {
      'last 200 began after, ms': Math.max(...opened.map(({ startedAt }) => startedAt)) - failed,
      'longest to 503': longestOf(guarded.filter(({ answer }) => answer.status !== 200)),
      'first right answers after it is back': performance.now() - back,
    });
    expect((await app.api.get('/health/ready')).status).toBe(200);
  });
});

describe('memory that cannot be confirmed', () => {
  it('sends the request to the database, however slow that is', async () => {
    const people: TokenBody[] = [];
    for (let time = 0; time < 6; time++) people.push(await app.someone());
    app.proxy.delayMs = 700;
    try {
      for (const ended of people.slice(1)) {
        const kept = people[0] ?? ended;
        await end(ended);
        await refusal(app.api, ended);
        expect((await principal(kept)).status).toBe(200);
      }
    } finally {
      app.proxy.delayMs = 0;
    }
  });
});

describe('a connection of the feed that is cut in the middle of a reading', () => {
  it.each(['cut', 'lose the answer'] as const)('(%s) passes over nothing', async (act) => {
    for (let time = 0; time < 5; time++) {
      const tokens = await app.someone();
      const sprung = app.proxy.when('changes-since', act);
      await end(tokens);
      await sprung;
      await app.ask('SELECT 1');
      expect(await refusal(app.api, tokens)).toBeGreaterThan(0);
    }
  });
});
