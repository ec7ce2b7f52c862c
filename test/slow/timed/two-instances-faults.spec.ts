import { MAX_STALENESS_MS } from '../../../src/platform/change-feed';
import type { TokenBody } from '../../support/api';
import { createDatabase, type TestDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';
import type { Instance } from '../../support/home';
import { Instances, logOut, principal, refresh, refusal, reportLags } from '../../support/instances';
import { MortalServer } from '../../support/mortal-server';
import { expectProblem } from '../../support/problem';
import type { TcpProxy } from '../../support/tcp-proxy';
import { BOUND_MS, longestOf, report, type Sample, statusesOf, Traffic } from '../../support/traffic';

let instances: Instances;
let one: Instance;
let other: Instance;
let ways: [TcpProxy, TcpProxy];

async function begin(database: TestDatabase): Promise<void> {
  instances = new Instances(database);
  const [[first, firstWay], [second, secondWay]] = [
    await instances.startBehindProxy(),
    await instances.startBehindProxy(),
  ];
  [one, other, ways] = [first, second, [firstWay, secondWay]];
}

async function end(): Promise<void> {
  for (const { output } of [one, other]) expect(output).not.toMatch(/unhandled|uncaught|request failed/i);
  await instances.clear();
}

const of = (all: Traffic, kind: string, from = 0): Sample[] =>
  all.between(from, Infinity).filter((sample) => sample.kind === kind);

/** Until a request made from now on was answered so. */
async function untilAnswered(all: Traffic, kind: string, status: number): Promise<void> {
  const from = performance.now();
  const answered = () => of(all, kind, from).filter(({ answer }) => answer.status === status);
  await eventually(async () => expect(answered()).not.toEqual([]), 2 * BOUND_MS);
}

/** After a fault each instance learns again what is done through the other, and serves its sessions as before. */
async function expectRecovered(live: TokenBody, ended: readonly TokenBody[]): Promise<void> {
  const fresh = [await instances.signIn(one), await instances.signIn(other)];
  for (const [index, [here, there]] of [[one, other] as const, [other, one] as const].entries()) {
    expect((await principal(here.api, live)).status).toBe(200);
    for (const tokens of ended) expectProblem(await principal(here.api, tokens), 401, 'invalid-token');
    const last = fresh[index] ?? live;
    expect((await logOut(here.api, last)).status).toBe(204);
    await refusal(there.api, last);
  }
}

describe('with connections that break', () => {
  beforeAll(async () => begin(await createDatabase()));
  afterAll(end);

  it('a connection of the feed that is ended again and again delays no revocation beyond the bound', async () => {
    const lags: number[] = [];
    for (let round = 0; round < 20; round++) {
      const [here, there] = round % 2 === 0 ? [one, other] : [other, one];
      const ended = await instances.signIn(here);
      const cut = await instances.ask(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
         AND pid <> pg_backend_pid() AND query ~ 'pg_current_snapshot|gatehouse_changes'`,
      );
      expect(cut.length).toBeGreaterThan(0);
      expect((await logOut(here.api, ended)).status).toBe(204);
      lags.push(await refusal(there.api, ended));
    }
    reportLags('connections of the feed ended', lags);
  });

  const STALLS: [string, () => Promise<void>][] = [
    ['of the feed is swallowed', async () => ways[1].when('changes-since', 'stall')],
    ['whatsoever is swallowed', async () => ways[1].stall()],
  ];

  it.each(STALLS)(
    'an instance whose connection %s refuses rather than trust what it knew, and comes back by itself',
    async (_, stall) => {
      const [ended, endedBefore, live] = [
        await instances.signIn(one),
        await instances.signIn(one),
        await instances.signIn(other),
      ];
      await logOut(one.api, endedBefore);
      await refusal(other.api, endedBefore);
      const all = new Traffic()
        .of('ended', async () => principal(other.api, ended))
        .of('ended before', async () => principal(other.api, endedBefore))
        .of('live', async () => principal(other.api, live));
      await stall();
      expect((await logOut(one.api, ended)).status).toBe(204);
      const endedAt = performance.now();
      await untilAnswered(all, 'live', 503);
      const back = performance.now();
      await ways[1].comeBack();
      await untilAnswered(all, 'live', 200);
      await untilAnswered(all, 'ended', 401);
      await all.end();

      expect([401, 503]).toEqual(
        expect.arrayContaining(statusesOf(of(all, 'ended', endedAt + MAX_STALENESS_MS))),
      );
      expect([401, 503]).toEqual(expect.arrayContaining(statusesOf(of(all, 'ended before'))));
      expect(statusesOf(of(all, 'live'))).toEqual([200, 503]);
      expect(longestOf(all.samples)).toBeLessThan(BOUND_MS);
      await expectRecovered(live, [ended, endedBefore]);
      const let200 = of(all, 'ended').filter(({ answer }) => answer.status === 200);
      const served = of(all, 'live', back).find(({ answer }) => answer.status === 200);
      report('stalled', {
        'last let in, ms after the end': (let200.at(-1)?.startedAt ?? endedAt) - endedAt,
        'longest answer': longestOf(all.samples),
        'first served, ms after it came back': (served?.startedAt ?? Infinity) - back,
      });
    },
  );
});

describe('with a database that is restarted', () => {
  let server: MortalServer;

  beforeAll(async () => begin((server = await MortalServer.start())));
  afterAll(end);

  // One pair of instances goes through all of it.
  it.each([
    ['shut down', 'SIGINT'],
    ['killed', 'SIGKILL'],
    ['shut down once more', 'SIGINT'],
  ] as const)('and %s first, nothing opens, nothing is stuck, and live sessions go on', async (_, signal) => {
    const [ended, endedLast, live] = [
      await instances.signIn(one),
      await instances.signIn(one),
      await instances.signIn(other),
    ];
    await logOut(one.api, ended);
    await refusal(other.api, ended);
    const refreshing = [await instances.signIn(one), await instances.signIn(other)];
    const all = new Traffic();
    for (const [index, { api }] of [one, other].entries()) {
      all
        .of('ended', async () => principal(api, ended))
        .of('ended last', async () => principal(api, endedLast))
        .of(`live ${index}`, async () => principal(api, live))
        .of('refresh', async () => {
          const answer = await refresh(api, refreshing[index] ?? live);
          if (answer.status === 200) refreshing[index] = answer.body;
          return answer;
        });
    }
    expect((await logOut(one.api, endedLast)).status).toBe(204);
    const endedAt = performance.now();
    await server.die(signal);
    await Promise.all([untilAnswered(all, 'live 0', 503), untilAnswered(all, 'live 1', 503)]);
    await server.rise();
    for (const way of ways) await way.comeBack(server.url);
    await Promise.all([untilAnswered(all, 'live 0', 200), untilAnswered(all, 'live 1', 200)]);
    await untilAnswered(all, 'ended last', 401);
    await all.end();

    for (const [kind, from, allowed] of [
      ['ended', 0, [401, 503]],
      ['ended last', endedAt + MAX_STALENESS_MS, [401, 503]],
      ['live 0', 0, [200, 503]],
      ['live 1', 0, [200, 503]],
      ['refresh', 0, [200, 503]],
    ] as const)
      expect(allowed).toEqual(expect.arrayContaining(statusesOf(of(all, kind, from))));
    expect(longestOf(all.samples)).toBeLessThan(BOUND_MS);
    await expectRecovered(live, [ended, endedLast]);
    for (const [index, { api }] of [other, one].entries())
      expect((await refresh(api, refreshing[index] ?? live)).status).toBe(200);
  });
});
