import { PASSWORD, type Person, type TestApp, withApp } from '../../support/app';
import { inParallel } from '../../support/parallel';

const COST = { BCRYPT_COST: '10' };

const logIn = async (app: TestApp, json: object, source = '203.0.113.1') =>
  (await app.api.post('/v1/auth/login', { json, headers: { 'x-forwarded-for': source } })).status;

/**
 * The size of a burst that the queue has time for on this machine, from a small one.
 * @param most on a machine that has nothing else to do
 * @param queueMs how long the queue may stand
 */
async function burstSize(
  most: number,
  queueMs: number,
  burst: (count: number) => Promise<unknown>,
): Promise<number> {
  const begunAt = performance.now();
  await burst(10);
  const msEach = (performance.now() - begunAt) / 10;
  const size = Math.min(most, Math.floor((0.7 * queueMs) / msEach));
  process.stdout.write(`a burst of ${size}, ms each ${msEach.toFixed(1)}\n`);
  return size;
}

describe('bursts at a real cost', () => {
  it('a hundred registrations at once are all answered 202', async () =>
    withApp({ env: COST, estimates: true }, async (app) => {
      const register = async (count: number, name: string) =>
        inParallel(count, async (index) => {
          const json = { email: `${name}-${index}@example.com`, password: PASSWORD };
          return (await app.api.post('/v1/auth/register', { json })).status;
        });
      const size = await burstSize(100, 20_000, async (count) => register(count, 'first'));
      expect(new Set(await register(size, 'burst'))).toEqual(new Set([202]));
    }));

  it('two hundred sign-ins at once are all answered 200', async () =>
    withApp({ env: COST }, async (app) => {
      const people: Person[] = [];
      while (people.length < 200) people.push(...(await inParallel(20, async () => app.someone())));
      const signIn = async (count: number) =>
        inParallel(count, async (index) => logIn(app, people[index] ?? {}));
      const size = await burstSize(200, 20_000, signIn);
      expect(new Set(await signIn(size))).toEqual(new Set([200]));
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
