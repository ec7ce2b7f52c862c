import { PasswordSettings } from '../../src/passwords/password.settings';
import { PASSWORD, withApp } from '../support/app';
import { inParallel } from '../support/parallel';

describe('more passwords at once than can be checked', () => {
  it('are checked as far as there is room, and none is left without an answer', async () =>
    withApp({ env: { BCRYPT_COST: '7' } }, async (app) => {
      const { threads, queueLength } = app.nest.get(PasswordSettings);
      const room = threads + queueLength;
      const json = { email: 'unknown@example.com', password: PASSWORD };
      const statusOf = async () => (await app.api.post('/v1/auth/login', { json })).status;
      const statuses = await inParallel(3 * room, statusOf);
      expect(statuses.filter((status) => status === 401).length).toBeGreaterThanOrEqual(room);
      expect(statuses.filter((status) => status !== 401 && status !== 503)).toEqual([]);
      expect(await statusOf()).toBe(401);
    }));
});
