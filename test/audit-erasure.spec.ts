import { PASSWORD, startApp, type TestApp } from './support/app';
import { DoorOpened, DoorsModule, knock, seal, trailOf, verify } from './support/audit';
import { Events } from '../src/platform/events';

describe('what the trail holds on a person', () => {
  let app: TestApp;
  let person: { email: string; password: string };
  let token: string;
  let id: string;

  beforeAll(async () => {
    app = await startApp({ modules: [DoorsModule] });
  });

  beforeEach(async () => {
    person = await app.registers();
    token = (await app.signIn(person)).accessToken;
    const [user] = await app.query<{ id: string }>('SELECT id FROM users WHERE email = $1', [person.email]);
    id = user?.id ?? '';
    await app.api.post('/v1/doors/open', { token, headers: { 'user-agent': 'Lynx/2.9' } });
  });

  afterAll(async () => app.close());

  const own = async () => (await trailOf(app, 'door-opened')).filter((row) => row.subject_id === id);

  it('is part of what they can take along, and nobody else’s is', async () => {
    const other = await app.signIn();
    await app.api.post('/v1/doors/open', { token: other.accessToken });
    const { body } = await app.api.get<{ data: { audit: { type: string }[] } }>('/v1/users/me/export', {
      token,
    });
    const noted = body.data.audit.filter(({ type }) => type === 'door-opened');
    expect(noted).toEqual([
      {
        id: (await own())[0]?.id,
        type: 'door-opened',
        outcome: 'success',
        occurredAt: app.clock.now().toISOString(),
        ipAddress: '127.0.0.1',
        userAgent: 'Lynx/2.9',
      },
    ]);
  });

  it('goes with the account: an id is left, a chain that verifies, and everybody else’s', async () => {
    await knock(app);
    await seal(app);
    const before = await verify(app);
    const { status } = await app.api.post('/v1/users/me/delete', { token, json: { password: PASSWORD } });
    expect(status).toBe(204);
    expect(await own()).toMatchObject([
      { actor_id: id, subject_id: id, user_id: null, ip_address: null, user_agent: null },
    ]);
    // Signing up, signing in, opening the door; and that the account was deleted.
    const { rows, erased } = before;
    expect(await verify(app)).toMatchObject({ intact: true, rows, erased: erased + 4, unsealed: 1 });
    expect((await trailOf(app, 'door-refused')).at(-1)).toMatchObject({ ip_address: '127.0.0.1' });
  });

  it('goes with the user, whoever deletes them and whatever is recorded of that meanwhile', async () => {
    await app.database.transaction(async () => {
      await app.query('DELETE FROM users WHERE id = $1', [id]);
      await app.nest.get(Events).publish(new DoorOpened({ subjectId: id }));
      await app.query(
        `INSERT INTO audit_personal SELECT id, $1, '\\x00', '127.0.0.1' FROM audit_events e
         WHERE subject_id = $1 AND commitment IS NULL`,
        [id],
      );
    });
    expect(await app.query('SELECT FROM audit_personal WHERE user_id = $1', [id])).toEqual([]);
    expect(await own()).toHaveLength(2);
    expect((await verify(app)).intact).toBe(true);
  });
});
