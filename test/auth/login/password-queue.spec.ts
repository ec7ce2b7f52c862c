import { BcryptPool } from '../../../src/passwords/bcrypt-pool';
import { decoyHash } from '../../../src/passwords/stored-hash';
import { PASSWORD, startApp, type TestApp } from '../../support/app';
import { inParallel } from '../../support/parallel';

/** A tenth of a second of work, and seconds of it. */
const WORK = { text: PASSWORD, hash: decoyHash(11) };
const MUCH_WORK = { text: PASSWORD, hash: decoyHash(15) };

// Bursts at a real cost: test/slow/timed/password-queue.spec.ts. The order of turns: src/passwords/fair-queue.spec.ts.
describe('many passwords of one account at once', () => {
  let app: TestApp;
  let pool: BcryptPool;

  beforeAll(async () => {
    app = await startApp({ ownThreads: true });
    pool = app.nest.get(BcryptPool);
  });

  // It ends what is still checked then, and what waits for that.
  afterAll(async () => app.close());

  it('are checked one after the other, while another account signs in', async () => {
    const person = await app.someone();
    let checked = 0;
    const flood = inParallel(12, async () => {
      await pool.compare([WORK], [], 'flooded');
      checked++;
    });
    flood.catch(() => undefined);
    const json = { ...person, password: 'not the password of this account' };
    expect((await app.api.post('/v1/auth/login', { json })).status).toBe(401);
    expect(checked).toBeLessThan(10);
  });

  it('are refused beyond fifteen seconds of work, before any of it is done', async () => {
    const flood = inParallel(40, async () => pool.compare([MUCH_WORK], [], 'flooded'));
    await expect(flood).rejects.toMatchObject({ code: 'rate-limited' });
  });
});
