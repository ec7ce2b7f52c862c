import { Database } from '../../../src/platform/database';
import { ChangeFeed } from '../../../src/platform/change-feed';
import { CurrentRequest } from '../../../src/platform/http';
import type { TestApp } from '../../support/app';
import { sharedApp } from '../../support/shared-app';

describe('two applications in one process', () => {
  let one: TestApp;
  let other: TestApp;

  beforeAll(async () => {
    other = await sharedApp({ smtp: true });
    // Passport has the strategies of the last one.
    one = await sharedApp();
  });

  const disable = async ({ nest }: TestApp, email: string) =>
    nest.get(Database).query({ text: `UPDATE users SET status = 'disabled' WHERE email = $1` }, [email]);
  const statusOf = async (app: TestApp, email: string) =>
    (await app.query<{ status: string }>('SELECT status FROM users WHERE email = $1', [email]))[0]?.status;

  it('have separate transactions, also where one begins inside the other', async () => {
    const [mine, theirs] = [await one.someone(), await other.someone()];
    const undone = one.database.transaction(async () => {
      expect(other.database.isInTransaction).toBe(false);
      await other.database.transaction(async () => {
        await disable(other, theirs.email);
        expect(one.database.isInTransaction).toBe(true);
        await disable(one, mine.email);
      });
      throw new Error('undo it');
    });
    await expect(undone).rejects.toThrow('undo it');
    expect(await statusOf(one, mine.email)).toBe('active');
    expect(await statusOf(other, theirs.email)).toBe('disabled');
  });

  it('do not attribute their own events to requests of each other', async () => {
    const causes = [one, other].map(({ nest }) => nest.get(CurrentRequest));
    const known: boolean[][] = [];
    const { accessToken: token } = await one.signIn();
    jest.spyOn(one.nest.get(ChangeFeed), 'ensureFresh').mockImplementation(() => {
      known.push(causes.map(({ context }) => context.requestId !== null));
      return undefined;
    });
    expect((await one.api.get('/v1/auth/principal', { token })).status).toBe(200);
    expect(known).toEqual([[true, false]]);
  });
});
