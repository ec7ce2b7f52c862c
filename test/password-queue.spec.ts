import { BcryptPool } from '../src/passwords/bcrypt-pool';
import { PasswordSettings } from '../src/passwords/password.settings';
import { decoyHash } from '../src/passwords/stored-hash';
import type { Answer, ProblemBody } from './support/api';
import { PASSWORD, startApp, type TestApp } from './support/app';
import { inParallel } from './support/parallel';

const SECONDS_OF_WORK = { text: PASSWORD, hash: decoyHash(15) };

describe('more passwords at once than can be checked', () => {
  let app: TestApp;
  let room: number;

  beforeAll(async () => {
    app = await startApp({ env: { BCRYPT_COST: '7' } });
    const { threads, queueLength } = app.nest.get(PasswordSettings);
    room = threads + queueLength;
  });

  afterAll(async () => app.close());

  const person = { email: 'nobody@example.com', password: PASSWORD };
  const post = async (route: string) => app.api.post<ProblemBody>(`/v1/auth/${route}`, { json: person });

  async function timed(work: () => Promise<Answer<ProblemBody>>): Promise<number> {
    const start = performance.now();
    expect((await work()).status).toBe(200);
    return performance.now() - start;
  }

  it('are checked as far as there is room, and none is left without an answer', async () => {
    const statuses = (await inParallel(3 * room, () => post('login'))).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401).length).toBeGreaterThanOrEqual(room);
    expect(statuses.filter((status) => status !== 401 && status !== 503)).toEqual([]);
    expect((await post('login')).status).toBe(401);
  });

  it('are refused in an instant beyond that, while everything else goes on', async () => {
    const pool = app.nest.get(BcryptPool);
    // Shutting down ends them.
    void inParallel(room, () => pool.compare([SECONDS_OF_WORK], []).catch(() => undefined));

    const start = performance.now();
    const refused = await inParallel(10, async (index) => post(index % 2 ? 'login' : 'register'));
    expect(performance.now() - start).toBeLessThan(2_000);
    for (const { status, headers, body } of refused) {
      expect([status, body.code]).toEqual([503, 'unavailable']);
      expect(headers.get('retry-after')).toMatch(/^[1-9]\d?$/);
      expect(headers.get('www-authenticate')).toBeNull();
    }
    for (let ping = 0; ping < 10; ping++)
      expect(await timed(() => app.api.get('/health/live'))).toBeLessThan(2_000);
  });
});
