import { inParallel } from './parallel';
import type { ProxiedApp } from './proxied-app';
import { Traffic } from './traffic';

const NEEDS_NO_DATABASE = ['/.well-known/jwks.json', '/health/live', '/docs'];

/** What clients of every sort do, and what they were promised by an answer. */
export async function clientsOf(app: ProxiedApp) {
  const acknowledged: string[] = [];
  const promised = await inParallel(3, async () => (await app.someone()).refreshToken);
  const { accessToken: token } = await app.someone();
  const all = new Traffic();
  for (const index of promised.keys()) {
    all.of('register', async () => {
      const answer = await app.register();
      if (answer.status === 202) acknowledged.push(answer.email);
      return answer;
    });
    all.of('refresh', async () => {
      const answer = await app.refresh(promised[index] ?? '');
      if (answer.status === 200) promised[index] = answer.body.refreshToken;
      return answer;
    });
  }
  all.of('me', async () => app.api.get('/v1/users/me', { token }));
  all.of('memory', async () => app.api.get('/v1/auth/principal', { token }));
  for (const path of NEEDS_NO_DATABASE) all.of('none', async () => app.api.get(path));
  const expectKept = async () => {
    for (const email of acknowledged) expect((await app.logIn(email)).status).toBe(200);
    for (const refreshToken of promised) expect((await app.refresh(refreshToken)).status).toBe(200);
    return acknowledged.length;
  };
  return { all, expectKept };
}
