import { BcryptPool } from '../src/passwords/bcrypt-pool';
import { decoyHash } from '../src/passwords/stored-hash';
import { PASSWORD, withApp } from './support/app';
import { inParallel } from './support/parallel';

/** A quarter of a second of work. */
const WORK = { text: PASSWORD, hash: decoyHash(12) };

// Bursts at a real cost: test/slow/password-queue.spec.ts. The order of turns: src/passwords/fair-queue.spec.ts.
describe('many passwords of one account at once', () => {
  it('are checked one after the other, while another account signs in', async () =>
    withApp({}, async (app) => {
      const pool = app.nest.get(BcryptPool);
      let checked = 0;
      const flood = inParallel(10, async () => {
        await pool.compare([WORK], [], 'flooded');
        checked++;
      });
      const json = { ...(await app.someone()), password: 'not the password of this account' };
      expect((await app.api.post('/v1/auth/login', { json })).status).toBe(401);
      expect(checked).toBeLessThan(8);
      await flood;
    }));

  it('are refused beyond fifteen seconds of work, before any of it is done', async () =>
    withApp({}, async (app) => {
      const pool = app.nest.get(BcryptPool);
      const flood = inParallel(200, async () => pool.compare([WORK], [], 'flooded'));
      // The end of the application ends those that wait.
      flood.catch(() => undefined);
      const refusal = await Promise.race([flood, pool.compare([WORK], [], 'flooded')]).catch(
        (error: unknown) => error,
      );
      expect(refusal).toMatchObject({ code: 'rate-limited' });
    }));
});
