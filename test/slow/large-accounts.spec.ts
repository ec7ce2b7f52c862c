import { startApp, type TestApp } from '../support/app';
import type { TestUser } from '../support/test-user';

/** More than one statement reads or deletes in its time. */
const EVENTS = 100_000;

let app: TestApp;
let ada: TestUser;

beforeAll(async () => {
  app = await startApp({ alone: true });
  ada = await app.as('ada');
  for (let event = 0; event < EVENTS; event += 5_000)
    await app.query(
      `WITH event AS (
         INSERT INTO audit_events (id, occurred_at, type, outcome, subject_id, details, seal)
         SELECT gen_random_uuid(), now(), 'signed-in', 'success', $1, '{}', ''::bytea FROM generate_series(1, 5000)
         RETURNING id
       )
       INSERT INTO audit_personal (event_id, user_id, salt, ip_address, user_agent)
       SELECT id, $1, ''::bytea, '203.0.113.9', 'curl' FROM event`,
      [ada.id],
    );
}, 120_000);

afterAll(async () => app.close());

describe(`an account with ${EVENTS} audit events`, () => {
  it('is exported whole, piece by piece', async () => {
    const { status, body } = await ada.get<{ data: { audit: { id: string }[] } }>('/v1/users/me/export');
    expect(status).toBe(200);
    const ids = new Set(body.data.audit.map(({ id }) => id));
    expect(ids.size).toBeGreaterThanOrEqual(EVENTS);
    expect(body.data.audit).toHaveLength(ids.size);
  });

  it('is deleted with every row that names its user', async () => {
    const { status } = await ada.post('/v1/users/me/delete', { password: ada.password });
    expect(status).toBe(204);
    expect(await app.query('SELECT FROM audit_personal WHERE user_id = $1', [ada.id])).toEqual([]);
  });
});
