import { EventBus, SecurityEvent } from '../../../src/platform/events';
import { CHAIN_START } from '../../../src/features/audit/audit-event';
import { PASSWORD, startApp, type TestApp } from '../../support/app';
import { OrderPlaced, OrdersModule, refuseOrders, seal, trailOf, verify } from '../../support/audit';
import { expectProblem } from '../../support/problem';
import { sessionIdOf } from '../../support/sessions';

class Nameless extends SecurityEvent {}

const MINUTE = { minutes: 1 };

describe('the audit trail', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp({ modules: [OrdersModule], env: { TRUSTED_PROXIES: '127.0.0.1' } });
  });

  beforeEach(async () => {
    await app.query('TRUNCATE audit_events, audit_personal');
    await app.query('UPDATE audit_head SET sequence = 0, chain = $1', [CHAIN_START.chain]);
    app.clock.advance(MINUTE);
  });

  afterAll(async () => app.close());

  const publish = async (event: SecurityEvent) =>
    app.database.transaction(async () => app.nest.get(EventBus).publish(event));
  const userIdOf = async ({ email }: { email: string }) => {
    const [user] = await app.query<{ id: string }>('SELECT id FROM users WHERE email = $1', [email]);
    return user?.id ?? '';
  };
  const attemptFrom = async (address: string, times: number) => {
    for (let index = 0; index < times; index++)
      await app.api.post('/v1/orders/attempt', { headers: { 'x-forwarded-for': address } });
  };

  it('contains the actor, the act, the subject, the session, the address, the user agent and the request', async () => {
    const person = await app.someone();
    const { accessToken: token } = await app.signIn(person);
    const headers = {
      'user-agent': 'Lynx/2.9',
      'x-forwarded-for': '203.0.113.7',
      'x-request-id': 'request-0001',
    };
    await app.api.post('/v1/orders/place', { token, headers });
    const id = await userIdOf(person);
    expect(await trailOf(app, 'order-placed')).toMatchObject([
      {
        occurred_at: app.clock.now(),
        type: 'order-placed',
        outcome: 'success',
        actor_id: id,
        subject_id: id,
        session_id: sessionIdOf(token),
        // The id of the application, because that of the caller is not kept.
        request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        details: { channel: 'web' },
        user_id: id,
        ip_address: '203.0.113.7',
        user_agent: 'Lynx/2.9',
      },
    ]);
  });

  it('contains no event of a transaction that was rolled back, and the failure that rolled it back', async () => {
    const { accessToken: token } = await app.signIn();
    expectProblem(await app.api.post('/v1/orders/fail', { token }), 409, 'conflict');
    expect(await trailOf(app, 'order-placed')).toEqual([]);
    expect(await trailOf(app, 'order-refused')).toMatchObject([
      { type: 'order-refused', outcome: 'failure', details: { reason: 'conflict' } },
    ]);
  });

  it('fails an act that it cannot record', async () => {
    const { accessToken: token } = await app.signIn();
    await app.query('ALTER TABLE audit_personal RENAME TO audit_away');
    const answer = await app.api.post('/v1/orders/place', { token });
    await app.query('ALTER TABLE audit_away RENAME TO audit_personal');
    expectProblem(answer, 500, 'internal-error');
    expect(await trailOf(app, 'order-placed')).toEqual([]);
  });

  it('contains no user and no address where a command or the application itself acts', async () => {
    await publish(new OrderPlaced());
    expect(await trailOf(app)).toMatchObject([
      {
        actor_id: null,
        subject_id: null,
        request_id: null,
        ip_address: null,
        user_agent: null,
        user_id: null,
      },
    ]);
  });

  it('accepts any text, and still verifies', async () => {
    const details = {
      text: 'a\0b\ud800',
      deep: [{ n: 1e21, m: 0.1 }, null, 'ﷺ "quoted" \\'],
      none: undefined,
    };
    await publish(new OrderPlaced({ details }));
    await app.api.post('/v1/orders/refuse', { headers: { 'user-agent': `"]\\ ${'\u00e9'.repeat(300)}` } });
    await seal(app);
    expect(await verify(app)).toMatchObject({ intact: true, rows: 2 });
    const [row] = await trailOf(app);
    expect(row?.details).toEqual({
      text: 'a\u{FFFD}b\u{FFFD}',
      deep: [{ n: 1e21, m: 0.1 }, null, 'ﷺ "quoted" \\'],
    });
  });

  it('refuses an event without a type', async () => {
    await expect(publish(new Nameless())).rejects.toThrow(/without a type/);
  });

  it('records a request without the permission, and the response names the missing one', async () => {
    const person = await app.someone();
    const { accessToken: token } = await app.signIn(person);
    const answer = await app.api.get('/v1/audit-events', { token });
    expectProblem(answer, 403, 'insufficient-permission');
    expect(answer.headers.get('www-authenticate')).toMatch(
      /^Bearer .*error="insufficient_scope".*scope="audit:read"/,
    );
    expect(await trailOf(app, 'access-denied')).toMatchObject([
      { outcome: 'failure', actor_id: await userIdOf(person), details: { missing: ['audit:read'] } },
    ]);
  });

  it('contains no secret of a request that caused an event', async () => {
    const { accessToken: token, refreshToken } = await app.signIn();
    await app.api.post('/v1/orders/place', { token, json: { password: PASSWORD, refreshToken } });
    await app.api.get(`/v1/audit-events?type=${refreshToken.slice(0, 12)}`, { token });
    const [{ dump } = { dump: '' }] = await app.query<{ dump: string }>(
      `SELECT string_agg(concat(e::text, p::text), ' ') AS dump
       FROM audit_events e LEFT JOIN audit_personal p ON p.event_id = e.id`,
    );
    for (const secret of [PASSWORD, refreshToken, ...token.split('.')]) expect(dump).not.toContain(secret);
  });

  it('records five events a minute from a source that an unauthenticated caller causes at no cost, and counts the others', async () => {
    await attemptFrom('203.0.113.1', 9);
    await attemptFrom('203.0.113.2', 1);
    expect(await trailOf(app, 'order-attempted')).toHaveLength(6);
    app.clock.advance(MINUTE);
    await attemptFrom('203.0.113.1', 2);
    const rows = await trailOf(app, 'order-attempted');
    expect(rows.map(({ details }) => details)).toEqual([{}, {}, {}, {}, {}, {}, { skipped: 4 }, {}]);
  });

  it('counts an IPv6 network as one source', async () => {
    for (let host = 1; host <= 8; host++) await attemptFrom(`2001:db8:0:1::${host}`, 1);
    await attemptFrom('2001:db8:0:2::1', 1);
    expect(await trailOf(app, 'order-attempted')).toHaveLength(6);
  });

  it('records every other event, without a limit', async () => {
    await refuseOrders(app, 12);
    expect(await trailOf(app, 'order-refused')).toHaveLength(12);
  });
});
