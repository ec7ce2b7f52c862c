import type { Call } from '../../support/api';
import type { TestApp } from '../../support/app';
import { ACCESS, clearedBy, cookiesOf, DEVICE, isOpen, Jar, REFRESH, signedIn } from '../../support/cookies';
import { inParallel } from '../../support/parallel';
import { expectProblem } from '../../support/problem';
import { sessionIdOf } from '../../support/sessions';
import { sharedApp } from '../../support/shared-app';

const BOTH = [ACCESS, REFRESH];

describe('cookies are cleared', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await sharedApp();
  });

  const rowOf = async ({ access }: Pick<Jar, 'access'>) =>
    (
      await app.query<{ generation: number; over: boolean }>(
        'SELECT generation, revoked_at IS NOT NULL AS over FROM sessions WHERE id = $1',
        [sessionIdOf(access)],
      )
    )[0];
  const refresh = async (jar: Jar, call: Call = {}) => jar.send('POST', '/v1/auth/refresh', call);

  /** Ways for a refresh cookie to be worth nothing for ever; each gives what is then sent. */
  const worthless: [string, (jar: Jar) => Promise<Jar>][] = [
    ['is garbage', async (jar) => jar.keep({ [REFRESH]: 'rt_nonsense' })],
    ['is empty', async (jar) => jar.keep({ [REFRESH]: '' })],
    ['is an access token', async (jar) => jar.keep({ [REFRESH]: jar.access })],
    ['is quoted', async (jar) => jar.keep({ [REFRESH]: `"${jar.refresh}"` })],
    [
      'is of a session that was ended',
      async (jar) => {
        await app.api.post('/v1/auth/logout', { json: { refreshToken: jar.refresh } });
        return jar;
      },
    ],
    [
      'has expired',
      async (jar) => {
        app.clock.advance({ days: 15 });
        return jar;
      },
    ],
    [
      'was used before',
      async (jar) => {
        const old = jar.copy();
        for (let round = 0; round < 2; round++) await refresh(jar);
        return old;
      },
    ],
  ];

  it.each(worthless)('when the refresh cookie %s', async (_, spoil) => {
    const jar = await spoil(await signedIn(app));
    const answer = await refresh(jar);
    expectProblem(answer, 401, 'invalid-refresh-token');
    expect(clearedBy(answer).toSorted()).toEqual(BOTH);
    for (const cookie of Object.values(cookiesOf(answer)))
      expect(cookie).toEqual({
        value: '',
        // A browser keeps a cookie that is cleared with attributes other than it was set with.
        attributes: { Path: '/', HttpOnly: '', Secure: '', SameSite: 'Strict', 'Max-Age': '0' },
      });
    expect(jar.all).toEqual({ [DEVICE]: jar.device });
  });

  it('of the attacker and of the owner, once an earlier token was reused and the session was revoked', async () => {
    const jar = await signedIn(app);
    const attacker = jar.copy();
    await refresh(jar);
    await refresh(jar);
    expect(clearedBy(await refresh(attacker)).toSorted()).toEqual(BOTH);
    expect(await rowOf(jar)).toMatchObject({ over: true });
    expect(clearedBy(await refresh(jar)).toSorted()).toEqual(BOTH);
  });

  it('for a malformed cookie, and the session goes on in its own browser', async () => {
    const jar = await signedIn(app);
    const forged = jar.refresh.slice(0, -1) + (jar.refresh.endsWith('A') ? 'B' : 'A');
    for (const planted of [forged, 'rt_', jar.refresh.toLowerCase(), `${jar.refresh}A`])
      expect((await refresh(jar.copy().keep({ [REFRESH]: planted }))).status).toBe(401);
    expect(await rowOf(jar)).toEqual({ generation: 0, over: false });
    expect((await refresh(jar)).status).toBe(200);
  });

  describe('never', () => {
    it('for the losers of a race: concurrent refreshes get the same successor', async () => {
      const jar = await signedIn(app);
      const answers = await inParallel(12, async () => refresh(jar.copy()));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(answers.flatMap(clearedBy)).toEqual([]);
      const successors = new Set(answers.map((answer) => cookiesOf(answer)[REFRESH]?.value));
      expect(successors.size).toBe(1);
      expect(await rowOf(jar)).toEqual({ generation: 1, over: false });
      const [successor = ''] = successors;
      expect((await refresh(jar.keep({ [REFRESH]: successor }))).status).toBe(200);
    });

    it.each<[string, number, Call]>([
      ['400', 400, { raw: '{', headers: { 'content-type': 'application/json' } }],
      ['403', 403, { headers: { 'sec-fetch-site': 'cross-site' } }],
      ['413', 413, { json: { refreshToken: 'a'.repeat(70_000) } }],
      ['415', 415, { raw: 'refreshToken=a', headers: { 'content-type': 'text/plain' } }],
      ['422', 422, { json: { refreshToken: 5 } }],
      ['422 of a property too many', 422, { json: { other: true } }],
    ])('on a %s', async (_, status, call) => {
      const jar = (await signedIn(app)).keep({ [REFRESH]: 'rt_nonsense' });
      const answer = await refresh(jar, call);
      expect([answer.status, cookiesOf(answer)]).toEqual([status, {}]);
    });

    it('where no cookie was sent', async () => {
      const empty = new Jar(app);
      for (const call of [{}, { json: {} }, { json: { refreshToken: 'rt_nonsense' } }]) {
        const answer = await refresh(empty, call);
        expectProblem(answer, 401, 'invalid-refresh-token');
        expect(cookiesOf(answer)).toEqual({});
      }
    });

    it('where no refresh cookie was sent', async () => {
      const { access, device } = await signedIn(app);
      const jar = new Jar(app).keep({ [ACCESS]: access, [DEVICE]: device });
      const answer = await refresh(jar);
      expectProblem(answer, 401, 'invalid-refresh-token');
      expect(cookiesOf(answer)).toEqual({});
    });

    it('by a guarded route, because the refresh cookie may be valid', async () => {
      const jar = await signedIn(app);
      app.clock.advance({ minutes: 16 });
      const answer = await jar.send('GET', '/v1/users/me');
      expectProblem(answer, 401, 'invalid-token');
      expect(cookiesOf(answer)).toEqual({});
      expect((await refresh(jar)).status).toBe(200);
      expect(await isOpen(app, jar)).toBe(true);
    });

    it('where the database is unavailable, so that their validity is unknown', async () => {
      const jar = await signedIn(app);
      const gone = Object.assign(new Error('gone'), { code: '57P01' });
      jest.spyOn(app.database, 'query').mockRejectedValue(gone);
      const answers = [await jar.send('POST', '/v1/auth/refresh'), await jar.send('POST', '/v1/auth/logout')];
      jest.restoreAllMocks();
      for (const answer of answers) {
        expectProblem(answer, 503, 'unavailable');
        expect(cookiesOf(answer)).toEqual({});
      }
    });
  });
});
