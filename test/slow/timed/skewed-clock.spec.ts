import type { TokenBody } from '../../support/api';
import { PASSWORD } from '../../support/app';
import { eventually, withinBound } from '../../support/eventually';
import { readJws } from '../../support/jws';
import { expectProblem } from '../../support/problem';
import { principalAt, refreshAt, SkewedHosts } from './skewed-hosts';
import { statusesOf, Traffic } from '../../support/traffic';

let hosts: SkewedHosts;

const claimOf = (token: string, name: string) => Number(readJws(token).claims[name]);

/** Waits for the database's clock, with as much to spare as an instance's may be off by. */
async function untilDatabaseSays(seconds: number): Promise<void> {
  await eventually(async () => expect(await hosts.seconds()).toBeGreaterThanOrEqual(seconds + 0.5), 30_000);
}

/** Lets a session go round over all instances. @returns the last refresh token */
async function expectToGoRound(refreshToken: string, rounds: number): Promise<string> {
  let current = refreshToken;
  for (let round = 0; round < rounds; round++) {
    for (const instance of hosts.all) {
      const { status, body } = await refreshAt(instance, current);
      expect({ instance: hosts.all.indexOf(instance), round, status }).toMatchObject({ status: 200 });
      expect(body.refreshToken).not.toBe(current);
      current = body.refreshToken;
    }
  }
  return current;
}

describe('hosts whose clocks are five minutes ahead, five minutes behind, and right', () => {
  beforeAll(async () => {
    hosts = await SkewedHosts.start();
  });

  afterAll(async () => hosts.clear());

  it('date what they do by the database', async () => {
    for (const instance of hosts.all) {
      const before = await hosts.seconds();
      const { accessToken, expiresIn, refreshToken } = await hosts.signInAt(instance);
      const refreshed = await refreshAt(instance, refreshToken);
      const after = await hosts.seconds();
      for (const token of [accessToken, refreshed.body.accessToken]) {
        expect(claimOf(token, 'iat')).toBeGreaterThan(before - 1.5);
        expect(claimOf(token, 'iat')).toBeLessThan(after + 0.5);
        expect(claimOf(token, 'exp') - claimOf(token, 'iat')).toBe(15 * 60);
      }
      expect([expiresIn, refreshed.body.expiresIn]).toEqual([900, 900]);
      expect(refreshed.body.refreshExpiresIn).toBeGreaterThan(14 * 86_400 - 2);
      expect(refreshed.body.refreshExpiresIn).toBeLessThanOrEqual(14 * 86_400);
    }
  });

  it("take each other's tokens, from sign-in, refresh and reauthentication", async () => {
    for (const [one, other] of hosts.pairs) {
      const { accessToken, refreshToken } = await hosts.signInAt(one);
      expect((await principalAt(other, accessToken)).status).toBe(200);
      const refreshed = await refreshAt(other, refreshToken);
      expect((await principalAt(one, refreshed.body.accessToken)).status).toBe(200);
      const again = await one.api.post<TokenBody>('/v1/auth/reauthenticate', {
        token: refreshed.body.accessToken,
        json: { password: PASSWORD },
      });
      expect((await principalAt(other, again.body.accessToken)).status).toBe(200);
    }
  });

  it('tell the same of a session', async () => {
    const { accessToken: token } = await hosts.signInAt(hosts.ahead);
    const told = await Promise.all(
      hosts.all.map(async (instance) => (await instance.api.get('/v1/sessions', { token })).body),
    );
    expect(told).toEqual([told[0], told[0], told[0]]);
    const [session] = (told[0] as { items: { createdAt: string; expiresAt: string }[] }).items;
    const age = (await hosts.seconds()) * 1_000 - Date.parse(session?.createdAt ?? '');
    expect(age).toBeGreaterThan(-500);
    expect(age).toBeLessThan(30_000);
  });

  it('refresh a session in turn, and none takes it for a stolen one', async () => {
    const { refreshToken } = await hosts.signInAt(hosts.behind);
    await expectToGoRound(refreshToken, 5);
  });

  it('answer a repeated refresh with the same successor, whichever of them it was sent to first', async () => {
    for (const [one, other] of hosts.pairs) {
      const { refreshToken } = await hosts.signInAt(one);
      const first = await refreshAt(one, refreshToken);
      const again = await refreshAt(other, refreshToken);
      expect([first.status, again.status]).toEqual([200, 200]);
      expect(again.body.refreshToken).toBe(first.body.refreshToken);
    }
  });

  it('hold a sign-out everywhere', async () => {
    for (const [one, other] of hosts.pairs) {
      const { accessToken: token, refreshToken } = await hosts.signInAt(one);
      expect((await principalAt(other, token)).status).toBe(200);
      expect((await one.api.post('/v1/auth/logout', { token })).status).toBe(204);
      expectProblem(await refreshAt(other, refreshToken), 401, 'invalid-refresh-token');
      await withinBound(async () => expectProblem(await principalAt(other, token), 401, 'invalid-token'));
    }
  });
});

describe('settings that are shorter than the clocks are apart', () => {
  beforeAll(async () => {
    hosts = await SkewedHosts.start({
      ACCESS_TOKEN_MINUTES: '0.1',
      REFRESH_GRACE_SECONDS: '3',
      SESSION_IDLE_DAYS: String(20 / 86_400),
    });
  });

  afterAll(async () => hosts.clear());

  it('let an access token live to its end everywhere, and nowhere longer', async () => {
    const tokens = await Promise.all(hosts.all.map(async (instance) => hosts.signInAt(instance)));
    const ask = async () =>
      Promise.all(
        tokens.flatMap(({ accessToken }) => hosts.all.map(async (other) => principalAt(other, accessToken))),
      );
    expect(tokens.map(({ expiresIn }) => expiresIn)).toEqual([6, 6, 6]);
    expect((await ask()).map(({ status }) => status)).toEqual(Array(9).fill(200));
    await untilDatabaseSays(Math.max(...tokens.map(({ accessToken }) => claimOf(accessToken, 'exp'))));
    for (const answer of await ask()) expectProblem(answer, 401, 'invalid-token');
  });

  it('answer a repeated refresh within the grace by the same successor, after it by the end of the session', async () => {
    for (const [one, other] of hosts.pairs) {
      const { refreshToken } = await hosts.signInAt(one);
      const successor = (await refreshAt(one, refreshToken)).body.refreshToken;
      expect((await refreshAt(other, refreshToken)).body.refreshToken).toBe(successor);
    }
    const late = await Promise.all(
      hosts.pairs.map(async ([one, other]) => {
        const { refreshToken } = await hosts.signInAt(one);
        const { body } = await refreshAt(one, refreshToken);
        return { refreshToken, successor: body.refreshToken, other };
      }),
    );
    await untilDatabaseSays((await hosts.seconds()) + 3);
    for (const { refreshToken, successor, other } of late) {
      expectProblem(await refreshAt(other, refreshToken), 401, 'invalid-refresh-token');
      expectProblem(await refreshAt(other, successor), 401, 'invalid-refresh-token');
    }
  });

  it('keep a session that is used, and end one that is not used for as long as was set', async () => {
    const [used, idle] = await Promise.all([0, 1].map(async () => hosts.signInAt(hosts.behind)));
    const begun = await hosts.seconds();
    const current = await expectToGoRound(used?.refreshToken ?? '', 2);
    await untilDatabaseSays(begun + 12);
    const later = await expectToGoRound(current, 1);
    await untilDatabaseSays(begun + 20);
    for (const instance of hosts.all)
      expectProblem(await refreshAt(instance, idle?.refreshToken ?? ''), 401, 'invalid-refresh-token');
    await expectToGoRound(later, 1);
  });
});

describe('a host whose clock is set while it serves', () => {
  beforeAll(async () => {
    hosts = await SkewedHosts.start({ REFRESH_GRACE_SECONDS: '3' });
  });

  afterAll(async () => hosts.clear());

  it('ends no session and refuses no request', async () => {
    const traffic = new Traffic();
    const { accessToken, refreshToken } = await hosts.signInAt(hosts.right);
    let current = refreshToken;
    let turn = 0;
    const inTurn = () => hosts.all[turn++ % hosts.all.length] ?? hosts.right;
    for (const instance of hosts.all) traffic.of('principal', async () => principalAt(instance, accessToken));
    traffic.of('refresh', async () => {
      const answer = await refreshAt(inTurn(), current);
      if (answer.status === 200) current = answer.body.refreshToken;
      return answer;
    });
    for (const instance of hosts.all) {
      instance.signal('SIGUSR2');
      await instance.says('the host says');
      // Some two seconds, twice what memory is trusted for.
      await traffic.answered(250, 'principal');
    }
    await traffic.end();
    expect(statusesOf(traffic.samples)).toEqual([200]);
    await expectToGoRound(current, 2);
    const before = await hosts.seconds();
    for (const instance of hosts.all) {
      const { accessToken: token } = await hosts.signInAt(instance);
      expect(Math.abs(claimOf(token, 'iat') - before)).toBeLessThan(10);
    }
  });
});
