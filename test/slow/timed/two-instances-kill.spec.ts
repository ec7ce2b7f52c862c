import type { TokenBody } from '../../support/api';
import { createDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';
import type { Instance } from '../../support/home';
import { Instances, logOut, principal, refusal, reportLags } from '../../support/instances';
import { inParallel } from '../../support/parallel';
import { expectProblem } from '../../support/problem';

const SESSIONS = 24;

interface Acknowledged {
  readonly tokens: TokenBody;
  readonly endedAt: number;
}

let instances: Instances;
let survivor: Instance;

beforeAll(async () => {
  instances = new Instances(await createDatabase());
  survivor = await instances.start();
});

afterAll(async () => {
  expect(survivor.output).not.toMatch(/unhandled|uncaught|request failed/i);
  await instances.clear();
});

async function sessions(count: number): Promise<TokenBody[]> {
  const person = await instances.register(survivor);
  const opened: TokenBody[] = [];
  while (opened.length < count) opened.push(await instances.signIn(survivor, person));
  return opened;
}

/** Logs out of all, eight at a time, and kills the instance at that many acknowledgements; returns these. */
async function killAmid(doomed: Instance, all: readonly TokenBody[], count: number): Promise<Acknowledged[]> {
  const acknowledged: Acknowledged[] = [];
  const left = [...all];
  await inParallel(8, async () => {
    for (let tokens = left.pop(); tokens; tokens = left.pop()) {
      const answer = await logOut(doomed.api, tokens).catch(() => undefined);
      if (!answer) return;
      expect(answer.status).toBe(204);
      acknowledged.push({ tokens, endedAt: performance.now() });
      if (acknowledged.length === count) doomed.signal('SIGKILL');
    }
  });
  await doomed.ended();
  return acknowledged;
}

describe('an instance killed with -9', () => {
  it.each([
    ['in the midst of logouts', SESSIONS / 2],
    ['right after it acknowledged the last logout', SESSIONS],
    ['right after it acknowledged the only logout', 1],
  ])('%s leaves none of those it acknowledged unknown, three times over', async (name, count) => {
    const lags: number[] = [];
    for (let round = 0; round < 3; round++) {
      const doomed = await instances.start();
      const all = await sessions(count === 1 ? 1 : SESSIONS);
      const acknowledged = await killAmid(doomed, all, count);
      expect(acknowledged.length).toBeGreaterThanOrEqual(count);
      const starting = instances.start();
      lags.push(
        ...(await Promise.all(
          acknowledged.map(async ({ tokens, endedAt }) => refusal(survivor.api, tokens, endedAt)),
        )),
      );
      const next = await starting;
      const first = await Promise.all(acknowledged.map(async ({ tokens }) => principal(next.api, tokens)));
      for (const answer of first) expectProblem(answer, 401, 'invalid-token');
      await expectAgreement(next, all);
      expect(await next.stop()).toBe(0);
    }
    reportLags(`killed ${name}`, lags);
  });
});

/** What was not acknowledged may have ended or not, but all instances see it alike. */
async function expectAgreement(next: Instance, all: readonly TokenBody[]): Promise<void> {
  const statusesAt = async (instance: Instance) =>
    Promise.all(all.map(async (tokens) => (await principal(instance.api, tokens)).status));
  await eventually(async () => expect(await statusesAt(next)).toEqual(await statusesAt(survivor)));
}

describe('an instance that starts while sessions are revoked every few milliseconds', () => {
  it('knows of all that ended before it, and refuses those since then in time, down to the last', async () => {
    const person = await instances.register(survivor);
    for (let round = 0; round < 5; round++) {
      const acknowledged: Acknowledged[] = [];
      const end = async (): Promise<void> => {
        const tokens = await instances.signIn(survivor, person);
        expect((await logOut(survivor.api, tokens)).status).toBe(204);
        acknowledged.push({ tokens, endedAt: performance.now() });
      };
      await end();
      const launchedAt = performance.now();
      const next = await instances.launch();
      while (!next.output.includes('listening on')) await end();
      await next.serves();
      await Promise.all(
        acknowledged.map(async ({ tokens, endedAt }) => {
          if (endedAt < launchedAt) expectProblem(await principal(next.api, tokens), 401, 'invalid-token');
          else await refusal(next.api, tokens, endedAt);
        }),
      );
      await next.kill();
    }
  });
});
