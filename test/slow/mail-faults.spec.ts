import { createDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { FickleServer } from '../support/fickle-server';
import type { Instance } from '../support/home';
import { Instances, type Person } from '../support/instances';
import { inParallel } from '../support/parallel';
import { SmtpSink } from '../support/smtp-sink';
import { freePort } from '../support/process';
import { expectTimes } from '../support/timing';

const MAILS = 200;
const CLIENTS = 8;
/** How many an instance has in hand at a time. */
const LANES = 3;
/** For all mails there are, and several looks for what other instances left behind, on a busy machine. */
const PATIENCE_MS = 30_000;
/** What Docker gives a container between the request to stop and the end. */
const STOP_MS = 10_000;

let server: FickleServer;
let instances: Instances;

beforeEach(async () => {
  server = await FickleServer.start();
  instances = new Instances(await createDatabase(), { SMTP_URL: server.inbox.url });
});

afterEach(async () => {
  await instances.clear();
  await server.inbox.close();
});

const register = async (count: number, ...at: Instance[]): Promise<Person[]> => {
  const people: Person[] = [];
  await inParallel(CLIENTS, async (client) => {
    for (let turn = client; turn < count; turn += CLIENTS) {
      const instance = at[turn % at.length];
      if (instance) people.push(await instances.register(instance));
    }
  });
  return people;
};

const waiting = async () => (await instances.ask('SELECT id FROM mails')).length;

/** How often each of them got a mail. */
const arrivals = (people: readonly Person[]) => people.map(({ email }) => server.inbox.for(email).length);

const missing = (people: readonly Person[]) => arrivals(people).filter((count) => count === 0);

/** Makes it the time at which every mail may be tried, be it one that a dead instance had in hand. */
const leasesEnd = async () => instances.ask('UPDATE mails SET due_at = now()');

async function sent(instance: Instance): Promise<number> {
  const { text } = await instance.api.get('/metrics');
  return Number(/^mails_total\{.*outcome="sent"\} (\d+)$/m.exec(text)?.[1] ?? 0);
}

/** Whichever looked first, and has as many behind it: the other one might be late enough to find none left. */
async function firstToSend(count: number, both: readonly Instance[]): Promise<Instance> {
  let first: Instance | undefined;
  await eventually(async () => {
    const shares = await Promise.all(both.map(sent));
    first = both.find((_, index) => (shares[index] ?? 0) >= count);
    expect(first).toBeDefined();
  }, PATIENCE_MS);
  if (!first) throw new Error('no instance has sent a mail');
  return first;
}

describe('an instance killed with -9', () => {
  it('right after it answered leaves mails that the next one sends', async () => {
    server.trouble = { step: 'connection' };
    const doomed = await instances.start();
    const people = await register(8, doomed);
    await doomed.kill();
    server.trouble = undefined;
    expect(await waiting()).toBe(people.length);
    const { length: leases } = await instances.ask(
      `SELECT id FROM mails WHERE due_at > now() + interval '1 minute'`,
    );
    expect(leases).toBeLessThanOrEqual(LANES);
    await instances.start();
    // The other instance does not know yet that it died with these in hand.
    await eventually(async () => expect(await waiting()).toBe(leases), PATIENCE_MS);
    await leasesEnd();
    await eventually(async () => expect(await waiting()).toBe(0), PATIENCE_MS);
    expect(new Set(arrivals(people))).toEqual(new Set([1]));
  });

  it(`amid ${MAILS} mails leaves none unsent, and repeats no more than are in hand`, async () => {
    const both = [await instances.start(), await instances.start()];
    server.trouble = { step: 'connection', status: 421 };
    const people = await register(MAILS, ...both);
    server.trouble = undefined;
    await leasesEnd();
    const doomed = await firstToSend(LANES + 1, both);
    await doomed.kill();
    expect(await waiting()).toBeGreaterThan(0);
    await eventually(async () => expect(missing(people).length).toBeLessThanOrEqual(LANES), PATIENCE_MS);
    await leasesEnd();
    await eventually(async () => expect(await waiting()).toBe(0), PATIENCE_MS);
    expect(missing(people)).toEqual([]);
    // The dead one's, and what the other one had just then.
    expect(arrivals(people).filter((count) => count > 1).length).toBeLessThanOrEqual(2 * LANES);
    for (const { output } of both) expect(output).not.toMatch(/unhandled|uncaught/i);
  });
});

describe('two instances on one database', () => {
  it(`send each of ${MAILS} mails once`, async () => {
    const both = [await instances.start(), await instances.start()];
    const people = await register(MAILS, ...both);
    await eventually(async () => expect(missing(people)).toEqual([]), PATIENCE_MS);
    await eventually(async () => expect(await waiting()).toBe(0), PATIENCE_MS);
    expect(new Set(arrivals(people))).toEqual(new Set([1]));
    expect(server.inbox.mails).toHaveLength(MAILS);
    const shares = await Promise.all(both.map(sent));
    expect(shares).toEqual([expect.any(Number), MAILS - (shares[0] ?? 0)]);
    expect(Math.min(...shares)).toBeGreaterThan(0);
  });
});

describe('a mail server that is killed', () => {
  it('gets, once it is back in its place, what was asked for meanwhile', async () => {
    const port = await freePort();
    const first = await SmtpSink.start({ closeTimeout: 1 }, port);
    const other = new Instances(await createDatabase(), { SMTP_URL: first.url });
    try {
      const instance = await other.start();
      const before = await other.register(instance);
      await first.next(before.email);
      await first.close();
      const people = await Promise.all([1, 2, 3, 4].map(async () => other.register(instance)));
      await eventually(
        async () => expect(await other.ask('SELECT id FROM mails WHERE attempts > 0')).not.toEqual([]),
        PATIENCE_MS,
      );
      const second = await SmtpSink.start({ closeTimeout: 1 }, port);
      for (const { email } of people) await second.next(email, { withinMs: PATIENCE_MS });
      expect(second.mails).toHaveLength(people.length);
      await second.close();
      expect(instance.output).not.toMatch(/unhandled|uncaught/i);
    } finally {
      await other.clear();
    }
  });
});

describe('an instance that is stopped while its mail server says nothing', () => {
  /** @returns how long it took to stop, in milliseconds */
  async function stopWhileSilent(): Promise<number> {
    server.trouble = { step: 'recipient' };
    const instance = await instances.start();
    const { email } = await instances.register(instance);
    await eventually(async () => expect(server.attempts).toContain(email), PATIENCE_MS);
    const begunAt = performance.now();
    expect(await instance.stop()).toBe(0);
    const tookMs = performance.now() - begunAt;
    server.trouble = undefined;
    const next = await instances.start();
    await leasesEnd();
    await server.inbox.next(email, { withinMs: PATIENCE_MS });
    await next.stop();
    return tookMs;
  }

  it('ends in time, and the next one sends the mail', async () => {
    await expectTimes(
      'stopped while the mail server is silent',
      async () => ({ 'after, ms': await stopWhileSilent() }),
      (figures) => expect(figures['after, ms']).toBeLessThan(STOP_MS),
    );
  });
});
