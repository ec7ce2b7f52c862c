import { createClient, type Mode, UnexpectedAnswer } from '../../client/src/index.ts';
import { UsersService } from '../../src/users';
import { inParallel, type Person, type TestApp } from '../kit';
import { answering, ClientWire, type Fault, held, lostAnswer, noNetwork, problem } from './client-wire';
import { sharedApp } from './shared-app';

const REFRESH = '/v1/auth/refresh';
const ME = '/v1/users/me';

/** The rules of an expired access token. */
export function describeRenewal(mode: Mode): void {
  describe(`an expired access token, in ${mode} mode`, () => {
    let app: TestApp;
    let person: Person;
    let wire: ClientWire;
    let client: ReturnType<typeof createClient>;

    beforeAll(async () => {
      app = await sharedApp();
    });

    beforeEach(async () => {
      person = await app.someone();
      wire = new ClientWire();
      client = createClient({ baseUrl: app.api.url, mode, fetch: wire.fetch });
      await client.session.signIn(person);
      wire.sent.length = 0;
    });

    afterEach(() => jest.restoreAllMocks());

    const me = async () => client.api.GET(ME);
    const paths = () => wire.sent.map(({ path }) => path);
    const expire = () => app.clock.advance({ minutes: 15 });
    /** By the monotonic clock. */
    const wait = (milliseconds: number) => {
      const [later, now] = [performance.now() + milliseconds, Date.now()];
      jest.spyOn(performance, 'now').mockImplementation(() => later + Date.now() - now);
    };
    /** Skips the pauses between attempts. */
    const hurry = () => {
      const { setTimeout: later } = globalThis;
      const hurried = (work: () => void, milliseconds = 0) => {
        const isPause = milliseconds >= 250 && milliseconds <= 4_000;
        if (isPause) wait(milliseconds);
        return later(work, isPause ? 0 : milliseconds);
      };
      jest.spyOn(globalThis, 'setTimeout').mockImplementation(hurried);
    };

    it('is refreshed and the request repeated, transparently for the caller', async () => {
      expire();
      expect((await me()).response.status).toBe(200);
      expect(paths()).toEqual([ME, REFRESH, ME]);
    });

    it('is refreshed before use once it has expired by the monotonic clock', async () => {
      wait(15 * 60_000);
      expect((await me()).response.status).toBe(200);
      expect(paths()).toEqual([REFRESH, ME]);
    });

    it.each([-10, 10])('is not detected by a wall clock that is %d minutes off', async (minutes) => {
      jest.spyOn(Date, 'now').mockReturnValue(Date.now() + minutes * 60_000);
      await me();
      expect(paths()).toEqual([ME]);
      expire();
      expect((await me()).response.status).toBe(200);
    });

    it('is refreshed when the roles have changed', async () => {
      const { data } = await me();
      await app.query('UPDATE users SET email_verified = true WHERE id = $1', [data?.id]);
      await app.nest.get(UsersService).setRoles(data?.id ?? '', ['admin']);
      expect((await me()).data?.roles).toEqual(['admin']);
      expect(paths()).toEqual([ME, ME, REFRESH, ME]);
    });

    it('causes the request to be repeated with its body', async () => {
      expire();
      const { data } = await client.api.PATCH(ME, { body: { displayName: 'Ada' } });
      expect(data?.displayName).toBe('Ada');
      const bodies = wire.sent.filter(({ method }) => method === 'PATCH').map(({ body }) => body);
      expect(bodies).toEqual(['{"displayName":"Ada"}', '{"displayName":"Ada"}']);
    });

    it('is refreshed once for parallel requests', async () => {
      expire();
      const answers = await inParallel(10, me);
      expect(new Set(answers.map(({ response }) => response.status))).toEqual(new Set([200]));
      expect(wire.count(REFRESH)).toBe(1);
    });

    it('causes one repetition only, when the server refuses the new token too', async () => {
      wire.always(ME, problem(401, 'invalid-token'));
      expect((await me()).error?.code).toBe('invalid-token');
      expect(paths()).toEqual([ME, REFRESH, ME]);
      expect(client.session.state).toBe('signed-in');
    });

    it('is refreshed with growing pauses when the server refuses every new token', async () => {
      wire.always(ME, problem(401, 'invalid-token'));
      for (let call = 0; call < 10; call++) await me();
      expect([wire.count(ME), wire.count(REFRESH)]).toEqual([11, 1]);
      wait(1_000);
      for (let call = 0; call < 10; call++) await me();
      wait(1_500);
      await me();
      expect(wire.count(REFRESH)).toBe(2);
      wire.restore();
      wait(5_000);
      expire();
      expect((await me()).response.status).toBe(200);
    });

    it('is refreshed with the same token again when the response is lost', async () => {
      expire();
      wire.next(REFRESH, lostAnswer);
      expect((await me()).response.status).toBe(200);
      const [first, second] = wire.sent.filter(({ path }) => path === REFRESH);
      expect(second?.body).toBe(first?.body);
      const [row] = await app.query(
        'SELECT generation FROM sessions JOIN users ON users.id = user_id WHERE email = $1',
        [person.email],
      );
      expect(row).toEqual({ generation: 1 });
    });

    const CODELESS: Fault = answering(401, '<h1>Proxy</h1>', { 'content-type': 'text/html' });
    it.each<[string, Fault, number]>([
      ['limits the rate', problem(429, 'rate-limited', { 'retry-after': '30' }), 429],
      ['is overloaded and states Retry-After', problem(503, 'unavailable', { 'retry-after': '30' }), 503],
      ['is misconfigured', problem(403, 'cross-site-request'), 403],
      ['is behind a proxy that requires a password', CODELESS, 401],
    ])('does not sign out when the server %s', async (_, fault, status) => {
      expire();
      wire.always(REFRESH, fault);
      for (let call = 0; call < 3; call++) expect((await me()).response.status).toBe(status);
      expect(wire.count(REFRESH)).toBe(1);
      expect(client.session.state).toBe('signed-in');
      wire.restore();
      wait(30_000);
      expect((await me()).response.status).toBe(200);
    });

    it.each<[string, Fault, unknown]>([
      ['no network', noNetwork, TypeError],
      ['a server that fails', answering(500), { response: { status: 500 } }],
      ['a captive portal', answering(200, '<h1>Welcome</h1>'), UnexpectedAnswer],
    ])('does not sign out after %s for longer than it retries', async (_, fault, expected) => {
      expire();
      wire.always(REFRESH, fault);
      hurry();
      const outcome: unknown = await me().catch((error: unknown) => error);
      if (typeof expected === 'function') expect(outcome).toBeInstanceOf(expected);
      else expect(outcome).toMatchObject(expected as object);
      expect(wire.count(REFRESH)).toBeGreaterThan(1);
      expect(client.session.state).toBe('signed-in');
      jest.restoreAllMocks();
      wire.restore();
      expect((await me()).response.status).toBe(200);
    });

    it('ends the session when the server refuses the refresh token, and names the server', async () => {
      const heard: unknown[] = [];
      client.session.onChange((change) => heard.push(change));
      app.clock.advance({ days: 15 });
      expect((await me()).error?.code).toMatch(/invalid-token|authentication-required/);
      expect(heard).toEqual([{ state: 'signed-out', was: 'signed-in', by: 'server' }]);
      await me();
      expect(wire.count(REFRESH)).toBe(1);
    });

    it('causes no repetition after the caller aborted', async () => {
      expire();
      const { fault, arrived, letGo } = held();
      wire.next(REFRESH, fault);
      const leaving = new AbortController();
      const impatient = client.api.GET(ME, { signal: leaving.signal });
      const patient = me();
      await arrived;
      leaving.abort();
      await expect(impatient).rejects.toMatchObject({ name: 'AbortError' });
      letGo();
      expect((await patient).response.status).toBe(200);
      expect(wire.count(ME)).toBe(3);
    });

    it('is detected by a refusal only: a request without a response is never repeated', async () => {
      for (const fault of [noNetwork, lostAnswer]) {
        wire.next(ME, fault);
        await expect(client.api.PATCH(ME, { body: { displayName: 'Ada' } })).rejects.toThrow(TypeError);
      }
      expect(paths()).toEqual([ME, ME]);
    });

    if (mode === 'cookie')
      it('is refreshed when the browser has dropped the cookie', async () => {
        wire.drop('__Host-access');
        expect((await me()).response.status).toBe(200);
        expect(paths()).toEqual([ME, REFRESH, ME]);
      });
  });
}
