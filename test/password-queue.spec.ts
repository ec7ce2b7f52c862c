import { BcryptPool } from '../src/passwords/bcrypt-pool';
import { PasswordSettings } from '../src/passwords/password.settings';
import { decoyHash } from '../src/passwords/stored-hash';
import type { ProblemBody } from './support/api';
import { PASSWORD, withApp } from './support/app';
import { inParallel } from './support/parallel';

const SECONDS_OF_WORK = { text: PASSWORD, hash: decoyHash(15) };

// A flood: test/slow/password-queue.spec.ts.
describe('more passwords at once than can be checked', () => {
  it('are refused at once, while everything else goes on', async () =>
    withApp({}, async (app) => {
      const { threads, queueLength } = app.nest.get(PasswordSettings);
      const pool = app.nest.get(BcryptPool);
      const state = { isFree: false };
      // The end of the application ends them.
      void inParallel(threads + queueLength, () =>
        pool.compare([SECONDS_OF_WORK], []).catch(() => undefined),
      ).then(() => (state.isFree = true));
      const json = { email: 'unknown@example.com', password: PASSWORD };
      for (const route of ['login', 'register']) {
        const { status, headers, body } = await app.api.post<ProblemBody>(`/v1/auth/${route}`, { json });
        expect([status, body.code]).toEqual([503, 'unavailable']);
        expect(headers.get('retry-after')).toMatch(/^[1-9]\d?$/);
        expect(headers.get('www-authenticate')).toBeNull();
      }
      expect((await app.api.get('/health/live')).status).toBe(200);
      expect(state.isFree).toBe(false);
    }));
});
