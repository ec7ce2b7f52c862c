import type { TestApp } from '../../support/app';
import type { ProblemBody } from '../../support/api';
import { type AuditEventResponse, AuditExport } from '../../../src/features/audit';
import { OrderPlaced, OrderRefused, seal } from '../../support/audit';
import { aMemberWho } from '../../support/staff';
import { EventBus } from '../../../src/platform/events';
import { expectProblem, violations } from '../../support/problem';
import { sharedApp } from '../../support/shared-app';

const ADA = '01890000-0000-7000-8000-00000000000a';
const BOB = '01890000-0000-7000-8000-00000000000b';
const CAROL = '01890000-0000-7000-8000-00000000000c';

interface List {
  readonly items: AuditEventResponse[];
  readonly nextCursor: string | null;
}

describe('GET /v1/audit-events', () => {
  let app: TestApp;
  let token: string;
  /** When the first of three was recorded; the others a second later each. */
  let begun: number;

  beforeAll(async () => {
    app = await sharedApp();
    app.clock.advance({ hours: 1 });
    begun = app.clock.nowMs();
    const events = app.nest.get(EventBus);
    await events.publish(new OrderPlaced({ actorId: ADA, subjectId: BOB, details: { channel: 'web' } }));
    app.clock.advance({ seconds: 1 });
    await events.publish(new OrderRefused({ actorId: BOB, subjectId: BOB }));
    app.clock.advance({ seconds: 1 });
    await events.publish(new OrderRefused({ actorId: null, subjectId: ADA }));
    app.clock.advance({ hours: 1 });
    token = (await aMemberWho(app, 'audit:read')).token;
    await seal(app);
  });

  const ask = async (query = '') => {
    const answer = await app.api.get<List>(`/v1/audit-events${query}`, { token });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    return answer.body;
  };
  const since = `from=${encodeURIComponent(new Date(0).toISOString())}`;
  const at = (ms: number) => new Date(begun + ms).toISOString();
  /** Which of the three, the newest first. */
  const shown = async (query: string) =>
    (await ask(`?${query}`)).items
      .filter(({ type }) => type.startsWith('order-'))
      .map(({ occurredAt }) => (Date.parse(occurredAt) - begun) / 1_000)
      .filter((seconds) => seconds >= 0 && seconds <= 2);

  it('returns the events, newest first, with their position in the chain', async () => {
    const { items, nextCursor } = await ask('?subjectId=' + BOB);
    expect(nextCursor).toBeNull();
    expect(items).toHaveLength(2);
    expect(items[1]).toEqual({
      id: expect.any(String),
      sequence: expect.any(Number),
      occurredAt: at(0),
      type: 'order-placed',
      outcome: 'success',
      actorId: ADA,
      subjectId: BOB,
      sessionId: null,
      ipAddress: null,
      userAgent: null,
      requestId: null,
      details: { channel: 'web' },
    });
  });

  it('is readable with the permission only, and never without authentication', async () => {
    expectProblem(await app.api.get('/v1/audit-events'), 401, 'authentication-required');
    const { accessToken } = await app.signIn();
    const answer = await app.api.get('/v1/audit-events?limit=0', { token: accessToken });
    expectProblem(answer, 403, 'insufficient-permission');
  });

  it.each([
    ['everything', since, [2, 1, 0]],
    ['who did it', `actorId=${BOB}`, [1]],
    ['who did it, in capitals', `actorId=${BOB.toUpperCase()}`, [1]],
    ['whom it is about', `subjectId=${ADA}`, [2]],
    ['what happened', 'type=order-refused', [2, 1]],
    ['what never happened', 'type=order-burnt', []],
    ['several at once', `subjectId=${BOB}&type=order-refused`, [1]],
  ])('filters by %s', async (_, query, expected) => {
    expect(await shown(query)).toEqual(expected);
  });

  it('includes the start of a period and excludes its end', async () => {
    expect(await shown(`from=${at(1_000)}`)).toEqual([2, 1]);
    expect(await shown(`from=${at(1_001)}`)).toEqual([2]);
    expect(await shown(`to=${at(1_000)}`)).toEqual([0]);
    expect(await shown(`to=${at(1_001)}`)).toEqual([1, 0]);
    expect(await shown(`from=${at(0)}&to=${at(2_000)}`)).toEqual([1, 0]);
    expect(await shown(`from=${at(2_000)}&to=${at(0)}`)).toEqual([]);
    expect(await shown(`from=${at(1_000).replace('Z', '0001Z')}`)).toEqual([2]);
    expect(await shown(`from=${at(1_000).toLowerCase().replace('z', '%2B00:00')}`)).toEqual([2, 1]);
  });

  it('returns pages that continue where the previous one ended, whatever is recorded meanwhile', async () => {
    const publish = async (event: OrderPlaced | OrderRefused) => app.nest.get(EventBus).publish(event);
    const pageOf = async (query = '') => {
      const { items, nextCursor } = await ask(`?subjectId=${CAROL}&limit=1${query}`);
      return { types: items.map(({ type }) => type), nextCursor };
    };
    for (const Event of [OrderRefused, OrderPlaced]) await publish(new Event({ subjectId: CAROL }));
    const { types, nextCursor } = await pageOf();
    expect(types).toEqual(['order-placed']);
    await publish(new OrderRefused({ subjectId: CAROL }));
    expect(await pageOf(`&cursor=${nextCursor}`)).toEqual({ types: ['order-refused'], nextCursor: null });
  });

  it.each([
    ['actorId=ada', '/actorId'],
    [`actorId=${ADA}&actorId=${BOB}`, '/actorId'],
    [`subjectId=${ADA}%00`, '/subjectId'],
    ['subjectId=', '/subjectId'],
    ['type=%00', '/type'],
    ['type=a&type=b', '/type'],
    ['type=DROP TABLE', '/type'],
    [`type=${'a'.repeat(65)}`, '/type'],
    ['from=yesterday', '/from'],
    ['from=', '/from'],
    ['from=2026', '/from'],
    ['from=2026-01-01', '/from'],
    ['from=2026-01-01T00:00:00', '/from'],
    ['from=2026-02-30T00:00:00Z', '/from'],
    ['from=2025-02-29T00:00:00Z', '/from'],
    ['to=2026-13-01T00:00:00Z', '/to'],
    ['to=2026-01-01T24:00:00Z', '/to'],
    ['to=2026-01-01T00:00:60Z', '/to'],
    ['to=2026-01-01T00:00:00%2B24:00', '/to'],
    ['to=2026-01-01T00:00:00Z%00', '/to'],
    ['to=2026-01-01T00:00:00Z&to=2026-01-01T00:00:00Z', '/to'],
    ['limit=0', '/limit'],
    ['limit=101', '/limit'],
    ['cursor=nope', '/cursor'],
    ['outcome=failure', '/outcome'],
  ])('refuses %s', async (query, pointer) => {
    const answer = await app.api.get<ProblemBody>(`/v1/audit-events?${query}`, { token });
    expectProblem(answer, 422, 'validation-failed');
    expect(Object.keys(violations(answer))).toEqual([pointer]);
  });

  it.each([
    '0000-01-01T00:00:00Z',
    '0000-01-01T00:00:00%2B23:59',
    '9999-12-31T23:59:59-23:59',
    '2024-02-29T00:00:00Z',
  ])('knows the calendar to its ends: %s', async (instant) => {
    for (const end of ['from', 'to']) expect((await ask(`?${end}=${instant}`)).items).toBeInstanceOf(Array);
  });

  it('is exported completely, oldest first, as JSON lines', async () => {
    const lines: string[] = [];
    const period = { from: new Date(begun), to: new Date(begun + 2_000) };
    for await (const event of app.nest.get(AuditExport).events(period)) lines.push(JSON.stringify(event));
    const listed = (await ask(`?from=${at(0)}&to=${at(2_000)}`)).items;
    expect(lines.map((line) => JSON.parse(line) as AuditEventResponse)).toEqual(listed.toReversed());
  });
});
