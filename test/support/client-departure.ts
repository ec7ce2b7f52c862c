import { createClient, type Mode, type SessionChange } from '../../client/src/index.ts';
import { eventually, type Person, type TestApp } from '../kit';
import { ClientWire, held, lostAnswer, problem } from './client-wire';
import { sharedApp } from './shared-app';

const REFRESH = '/v1/auth/refresh';
const LOGOUT = '/v1/auth/logout';
const ME = '/v1/users/me';

/** The rules of a sign-in and a sign-out during a request. */
export function describeDeparture(mode: Mode): void {
  describe(`a sign-out or sign-in during a request, in ${mode} mode`, () => {
    let app: TestApp;
    let ada: Person;
    let bob: Person;
    let wire: ClientWire;
    let client: ReturnType<typeof createClient>;
    let heard: SessionChange[];

    beforeAll(async () => {
      app = await sharedApp();
    });

    beforeEach(async () => {
      [ada, bob] = [await app.someone(), await app.someone()];
      wire = new ClientWire();
      client = createClient({ baseUrl: app.api.url, mode, fetch: wire.fetch });
      heard = [];
      await client.session.signIn(ada);
      client.session.onChange((change) => heard.push(change));
      wire.sent.length = 0;
    });

    const me = async () => client.api.GET(ME);
    const whose = async () => (await me()).data?.email;
    /** The sessions of a user in the database. */
    const openSessions = async ({ email }: Person) => {
      const rows = await app.query(
        'SELECT 1 FROM sessions JOIN users ON users.id = user_id WHERE email = $1 AND revoked_at IS NULL',
        [email],
      );
      return rows.length;
    };

    it('is not reverted by a late response to a refresh', async () => {
      app.clock.advance({ minutes: 15 });
      const { fault, arrived, letGo } = held();
      wire.next(REFRESH, fault);
      const reading = me();
      await arrived;
      const leaving = client.session.signOut();
      letGo();
      await leaving;
      expect((await reading).response.status).toBe(401);
      expect(client.session.state).toBe('signed-out');
      expect(await openSessions(ada)).toBe(0);
      wire.sent.length = 0;
      expect(await whose()).toBeUndefined();
      expect(wire.sent.map(({ path, headers }) => [path, headers.get('authorization')])).toEqual([
        [ME, null],
      ]);
    });

    it('prevents a pending request from refreshing or being repeated', async () => {
      app.clock.advance({ minutes: 15 });
      const { fault, arrived, letGo } = held();
      wire.next(ME, fault);
      const reading = me();
      await arrived;
      await client.session.signOut();
      letGo();
      expect((await reading).response.status).toBe(401);
      expect(wire.count(REFRESH)).toBe(0);
      expect(heard).toEqual([{ state: 'signed-out', was: 'signed-in', by: 'this-tab' }]);
    });

    it('does not repeat a former request as another user', async () => {
      app.clock.advance({ minutes: 15 });
      const { fault, arrived, letGo } = held();
      wire.next(ME, fault);
      const renaming = client.api.PATCH(ME, { body: { displayName: 'Ada' } });
      await arrived;
      await client.session.signIn(bob);
      letGo();
      expect((await renaming).response.status).toBe(401);
      expect((await me()).data).toMatchObject({ email: bob.email, displayName: null });
      await eventually(async () => expect(await openSessions(ada)).toBe(0));
    });

    it('does not send a request as another user that waited for a refresh', async () => {
      const { fault, arrived, letGo } = held();
      wire.next('/v1/auth/login', fault);
      const arriving = client.session.signIn(bob);
      await arrived;
      const later = performance.now() + 15 * 60_000;
      jest.spyOn(performance, 'now').mockImplementation(() => later);
      const renaming = client.api.PATCH(ME, { body: { displayName: 'Ada' } });
      letGo();
      await expect(renaming).rejects.toMatchObject({ name: 'AbortError' });
      jest.restoreAllMocks();
      await arriving;
      expect([wire.count(ME), wire.count(REFRESH)]).toEqual([0, 0]);
      expect((await me()).data).toMatchObject({ email: bob.email, displayName: null });
    });

    it('results in the last of two parallel sign-ins', async () => {
      await Promise.all([client.session.signIn(bob), client.session.signIn(ada), client.session.signIn(bob)]);
      expect(await whose()).toBe(bob.email);
      await eventually(async () =>
        expect([await openSessions(ada), await openSessions(bob)]).toEqual([0, 1]),
      );
    });

    it('results in the user of a sign-in after a sign-out', async () => {
      await Promise.all([client.session.signOut(), client.session.signIn(bob)]);
      expect(await whose()).toBe(bob.email);
      expect([await openSessions(ada), await openSessions(bob)]).toEqual([0, 1]);
    });

    it('keeps a user who signed in during a repeated sign-out', async () => {
      wire.next(LOGOUT, problem(503, 'unavailable'));
      await Promise.all([client.session.signOut(), client.session.signIn(bob)]);
      expect(await whose()).toBe(bob.email);
    });

    it('signs out even when the response is lost', async () => {
      wire.next(LOGOUT, lostAnswer);
      await client.session.signOut();
      expect(wire.count(LOGOUT)).toBe(2);
      expect(client.session.state).toBe('signed-out');
      expect(await openSessions(ada)).toBe(0);
    });

    it('fails when the server cannot be reached', async () => {
      wire.always(LOGOUT, problem(503, 'unavailable', { 'retry-after': '30' }));
      await expect(client.session.signOut()).rejects.toMatchObject({
        code: 'unavailable',
        retryAfterSeconds: 30,
      });
      // No script can delete the cookies; tokens in memory are discarded.
      expect(client.session.state).toBe(mode === 'cookie' ? 'signed-in' : 'signed-out');
      wire.restore();
      expect(await whose()).toBe(mode === 'cookie' ? ada.email : undefined);
      await client.session.signOut();
      expect(client.session.state).toBe('signed-out');
    });

    it('keeps the session when the response to a reauthentication is lost, however long the user waits', async () => {
      wire.next('/v1/auth/reauthenticate', lostAnswer);
      const { fault, arrived, letGo } = held();
      wire.next('/v1/auth/refresh', fault);
      await expect(client.session.reauthenticate(ada.password)).rejects.toThrow(TypeError);
      // The compensating refresh reaches the server before the clock advances.
      await arrived;
      letGo();
      await me();
      app.clock.advance({ minutes: 20 });
      expect(await whose()).toBe(ada.email);
    });

    it('is notified when a session is ended elsewhere', async () => {
      const other = createClient({ baseUrl: app.api.url, mode: 'bearer' });
      await other.session.signIn(ada);
      await other.api.DELETE('/v1/sessions');
      expect((await me()).response.status).toBe(401);
      expect(heard).toEqual([{ state: 'signed-out', was: 'signed-in', by: 'server' }]);
      expect(client.session.state).toBe('signed-out');
    });

    it('is not interrupted by a failing listener', async () => {
      const uncaught: unknown[] = [];
      const note = (error: unknown) => uncaught.push(error);
      const others = process.listeners('uncaughtException');
      process.removeAllListeners('uncaughtException').on('uncaughtException', note);
      client.session.onChange(() => {
        throw new Error('of the page');
      });
      await client.session.signOut();
      await client.session.signIn(bob);
      process.removeAllListeners('uncaughtException');
      for (const other of others) process.on('uncaughtException', other);
      expect(await whose()).toBe(bob.email);
      expect(uncaught).toHaveLength(2);
    });
  });
}
