import { Controller, HttpCode, type INestApplicationContext, Module, Post } from '@nestjs/common';
import { CurrentUser, type Principal, Public } from '../../src/access';
import { type AuditReport, AuditChainWriter, AuditVerification } from '../../src/features/audit';
import { Conflict } from '../../src/platform/http';
import { Database } from '../../src/platform/database';
import { EventBus, SecurityEvent } from '../../src/platform/events';
import type { TestApp } from './app';

export class OrderPlaced extends SecurityEvent {
  static override readonly type = 'order-placed';
}

export class OrderRefused extends SecurityEvent {
  static override readonly type = 'order-refused';
  static override readonly outcome = 'failure';
}

export class OrderAttempted extends SecurityEvent {
  static override readonly type = 'order-attempted';
  static override readonly outcome = 'failure';
  static override readonly sampled = true;
}

/** A module with security events of its own. */
@Controller({ path: 'orders', version: '1' })
class OrdersController {
  constructor(
    private readonly database: Database,
    private readonly events: EventBus,
  ) {}

  @Post('place')
  @HttpCode(204)
  async place(@CurrentUser() { userId, sessionId }: Principal): Promise<void> {
    await this.database.transaction(async () =>
      this.events.publish(new OrderPlaced({ subjectId: userId, sessionId, details: { channel: 'web' } })),
    );
  }

  /** Publishes an event, fails, and publishes the failure outside the transaction. */
  @Post('fail')
  async fail(@CurrentUser() { userId }: Principal): Promise<void> {
    await this.database
      .transaction(async () => {
        await this.events.publish(new OrderPlaced({ subjectId: userId }));
        throw new Conflict();
      })
      .catch(async (error: unknown) => {
        await this.events.publish(new OrderRefused({ subjectId: userId, details: { reason: 'conflict' } }));
        throw error;
      });
  }

  @Public()
  @Post('refuse')
  @HttpCode(204)
  async refuse(): Promise<void> {
    await this.events.publish(new OrderRefused());
  }

  @Public()
  @Post('attempt')
  @HttpCode(204)
  async attempt(): Promise<void> {
    await this.events.publish(new OrderAttempted());
  }
}

@Module({ controllers: [OrdersController] })
export class OrdersModule {}

export interface AuditRow {
  readonly id: string;
  readonly occurred_at: Date;
  readonly type: string;
  readonly outcome: string;
  readonly actor_id: string | null;
  readonly subject_id: string | null;
  readonly session_id: string | null;
  readonly request_id: string | null;
  readonly details: Record<string, unknown>;
  readonly sequence: string | null;
  readonly user_id: string | null;
  readonly ip_address: string | null;
  readonly user_agent: string | null;
}

/** What has a trail: the application, or the modules of the trail alone. */
export interface Audited {
  readonly nest: Pick<INestApplicationContext, 'get'>;
  query<Row extends object>(text: string, parameters?: unknown[]): Promise<Row[]>;
}

/** The trail as an operator sees it, the oldest first. */
export async function trailOf(app: Audited, type?: string): Promise<AuditRow[]> {
  return app.query<AuditRow>(
    `SELECT * FROM audit_events e LEFT JOIN audit_personal p ON p.event_id = e.id
     WHERE $1::text IS NULL OR type = $1 ORDER BY e.id`,
    [type ?? null],
  );
}

/** From outside, as a browser would. */
export async function refuseOrders(app: TestApp, times = 1, what = 'refuse'): Promise<void> {
  for (let index = 0; index < times; index++) {
    const headers = { 'user-agent': `OrderClient/${index}` };
    const { status } = await app.api.post(`/v1/orders/${what}`, { headers });
    expect(status).toBe(204);
  }
}

export async function seal(app: Pick<Audited, 'nest'>): Promise<void> {
  await app.nest.get(AuditChainWriter).run();
}

export async function verify(app: Pick<Audited, 'nest'>, ...checkpoints: string[]): Promise<AuditReport> {
  return app.nest.get(AuditVerification).verify(checkpoints);
}

/** What the log would have said at this state. */
export async function checkpointNow(app: Audited): Promise<string> {
  const [head] = await app.query<{ sequence: string; chain: Buffer }>('TABLE audit_head');
  return `${head?.sequence}:${head?.chain.toString('base64url')}`;
}

/** The checkpoints in a log. */
export function checkpointsIn(log: readonly string[]): string[] {
  return log
    .map((line) => JSON.parse(line) as { checkpoint?: string })
    .flatMap(({ checkpoint }) => checkpoint ?? []);
}
