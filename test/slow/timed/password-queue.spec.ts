import { PASSWORD, type Person, type TestApp, withApp } from '../../support/app';
import { inParallel } from '../../support/parallel';
import { expectTimes } from '../../support/timing';

const COST = { BCRYPT_COST: '10' };

const logIn = async (app: TestApp, json: object, source = '203.0.113.1') =>
  (await app.api.post('/v1/auth/login', { json, headers: { 'x-forwarded-for': source } })).status;

/** The longest wait in the queue before the threads that hash passwords; estimates take a fraction of that. */
const HASHES_MS = 20_000;

/**
 * Sends a burst that the queue has time for on this machine, measured by a small one.
 * @param most on a machine that has nothing else to do
 * @param queueMs the longest wait in the queue
 */
async function expectNoneRefused(
  what: string,
  { most, queueMs, answer }: { most: number; queueMs: number; answer: number },
  burst: (count: number) => Promise<number[]>,
): Promise<void> {
  const measure = async () => {
    const begunAt = performance.now();
    await burst(10);
    const msEach = (performance.now() - begunAt) / 10;
    const size = Math.min(most, Math.floor((0.7 * queueMs) / msEach));
    const statuses = await burst(size);
    expect(new Set(statuses)).toEqual(new Set(statuses.includes(503) ? [answer, 503] : [answer]));
    return { size, msEach, refused: statuses.filter((status) => status === 503).length };
  };
  await expectTimes(what, measure, ({ refused }) => expect(refused).toBe(0));
}

describe('bursts at a real cost', () => {
  it('a hundred registrations at once are all answered 202', async () =>
    withApp({ env: COST, estimates: true }, async (app) => {
      let people = 0;
      const register = async (count: number) =>
        inParallel(count, async () => {
          const json = { email: `person-${++people}@example.com`, password: PASSWORD };
          return (await app.api.post('/v1/auth/register', { json })).status;
        });
      const limits = { most: 100, queueMs: HASHES_MS, answer: 202 };
      await expectNoneRefused('registrations at once', limits, register);
    }));

  it('two hundred sign-ins at once are all answered 200', async () =>
    withApp({ env: COST }, async (app) => {
      const people: Person[] = [];
      while (people.length < 200) people.push(...(await inParallel(20, async () => app.someone())));
      const signIn = async (count: number) =>
        inParallel(count, async (index) => logIn(app, people[index] ?? {}));
      await expectNoneRefused('sign-ins at once', { most: 200, queueMs: HASHES_MS, answer: 200 }, signIn);
    }));

  it('eighty right sign-ins to one account keep no other account out', async () =>
    withApp({ env: { ...COST, TRUSTED_PROXIES: '127.0.0.1' }, limits: true }, async (app) => {
      const [victim, ...others] = await inParallel(23, async () => app.someone());
      const flood = inParallel(80, async (index) => logIn(app, victim ?? {}, `198.51.100.${index}`));
      const statuses = await inParallel(22, async (index) =>
        logIn(app, others[index] ?? {}, `203.0.113.${index}`),
      );
      expect(new Set(statuses)).toEqual(new Set([200]));
      await flood;
    }));
});
