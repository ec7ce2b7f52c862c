import type { TokenBody } from '../support/api';
import { startApp, withApp } from '../support/app';
import { readJws } from '../support/jws';
import { Others } from '../support/others';
import { expectProblem } from '../support/problem';

const sessionOf = ({ accessToken }: TokenBody) => readJws(accessToken).claims.sid;
const userOf = ({ accessToken }: TokenBody) => readJws(accessToken).claims.sub;

describe('an application that starts a moment after changes', () => {
  it('refuses the tokens of sessions that were revoked and of older rights, and no others', async () => {
    const before = await startApp();
    const [revoked, stale, kept] = [await before.signIn(), await before.signIn(), await before.signIn()];
    await before.close();
    const others = new Others(before.databaseUrl);
    const operator = await others.connect();
    await operator.query('UPDATE sessions SET revoked_at = now() WHERE id = $1', [sessionOf(revoked)]);
    await operator.query('UPDATE users SET access_version = access_version + 1 WHERE id = $1', [
      userOf(stale),
    ]);
    await withApp({ env: { DATABASE_URL: before.databaseUrl } }, async ({ api }) => {
      const answerTo = async ({ accessToken: token }: TokenBody) => api.get('/v1/users/me', { token });
      expectProblem(await answerTo(revoked), 401, 'invalid-token');
      expectProblem(await answerTo(stale), 401, 'token-stale');
      expect((await answerTo(kept)).status).toBe(200);
    });
    await others.close();
  });
});
