import { OrderPlaced, seal, trailOf, verify } from '../../support/audit';
import { EventBus } from '../../../src/platform/events';
import { type Person, PASSWORD, startApp, type TestApp } from '../../support/app';

interface Exported {
  readonly data: { readonly audit: readonly { readonly type: string }[] };
}

const headers = { 'user-agent': 'Lynx/2.9', 'x-request-id': 'ada.lovelace-at-example.com' };

describe('the audit data of a user', () => {
  let app: TestApp;
  let person: Person;
  let token: string;
  let id: string;

  beforeAll(async () => {
    app = await startApp();
  });

  afterAll(async () => app.close());

  beforeEach(async () => {
    person = await app.someone();
    const { body } = await app.api.post<{ accessToken: string }>('/v1/auth/login', { json: person, headers });
    token = body.accessToken;
    const [user] = await app.query<{ id: string }>('SELECT id FROM users WHERE email = $1', [person.email]);
    id = user?.id ?? '';
  });

  const own = async (type = 'signed-in') => (await trailOf(app, type)).filter((row) => row.subject_id === id);

  it('is part of their export, and that of other users is not', async () => {
    await app.signIn();
    const { body } = await app.api.get<Exported>('/v1/users/me/export', { token });
    expect(body.data.audit.filter(({ type }) => type === 'signed-in')).toEqual([
      {
        id: (await own())[0]?.id,
        type: 'signed-in',
        outcome: 'success',
        occurredAt: app.clock.now().toISOString(),
        ipAddress: '127.0.0.1',
        userAgent: 'Lynx/2.9',
      },
    ]);
  });

  it('is erased with the account: the id, a chain that verifies and the data of other users remain', async () => {
    const { email } = await app.someone();
    await app.api.post('/v1/auth/login', { json: { email, password: 'wrong' } });
    await seal(app);
    const before = await verify(app);
    const { status } = await app.api.post('/v1/users/me/delete', { token, json: { password: PASSWORD } });
    expect(status).toBe(204);
    expect(await own()).toMatchObject([
      { actor_id: id, subject_id: id, user_id: null, ip_address: null, user_agent: null },
    ]);
    const [{ kept } = { kept: '' }] = await app.query<{ kept: string }>(
      'SELECT string_agg(e::text, chr(10)) AS kept FROM audit_events e',
    );
    expect(kept).not.toContain('lovelace');
    // Of the sign-in, and that the account was deleted.
    const { rows, erased } = before;
    expect(await verify(app)).toMatchObject({ intact: true, rows, erased: erased + 2, unsealed: 1 });
    expect((await trailOf(app, 'sign-in-failed')).at(-1)).toMatchObject({ ip_address: '127.0.0.1' });
  });

  it('is erased with the user, whatever deletes them and whatever is recorded meanwhile', async () => {
    await app.database.transaction(async () => {
      await app.query('DELETE FROM users WHERE id = $1', [id]);
      await app.nest.get(EventBus).publish(new OrderPlaced({ subjectId: id }));
      await app.query(
        `INSERT INTO audit_personal SELECT id, $1, '\\x00', '127.0.0.1' FROM audit_events e
         WHERE subject_id = $1 AND commitment IS NULL`,
        [id],
      );
    });
    expect(await app.query('SELECT FROM audit_personal WHERE user_id = $1', [id])).toEqual([]);
    expect(await own()).toHaveLength(1);
    expect(await own('order-placed')).toHaveLength(1);
    expect((await verify(app)).intact).toBe(true);
  });
});
