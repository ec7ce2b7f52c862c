import { Global, Module } from '@nestjs/common';
import type { TestingModule } from '@nestjs/testing';
import { AuditChainWriter, AuditVerification, type AuditFinding } from '../../src/features/audit';
import { AuditLog } from '../../src/features/audit/audit-log';
import { AuditMac } from '../../src/features/audit/audit-mac';
import { AuditStore } from '../../src/features/audit/audit.store';
import { ChainStore } from '../../src/features/audit/chain.store';
import { RowVerifier } from '../../src/features/audit/row-verifier';
import { Database } from '../../src/platform/database';
import { EventBus } from '../../src/platform/events';
import { CurrentRequest } from '../../src/platform/http';
import { KeyringModule } from '../../src/platform/keyring';
import { type Audited, checkpointNow, OrderRefused, seal, verify } from './audit';
import { startContext } from './context';
import { createDatabase, type TestDatabase } from './database';

const TABLES = ['audit_events', 'audit_personal', 'audit_head'];

/** The request that everything is recorded of. */
const CONTEXT = { requestId: 'request-0001', userId: null, ipAddress: '127.0.0.1', userAgent: 'Lynx/2.9' };

@Global()
@Module({
  providers: [{ provide: CurrentRequest, useValue: { context: CONTEXT } }],
  exports: [CurrentRequest],
})
class RequestModule {}

/** Seals when a test says so. */
class AskedSealer extends AuditChainWriter {
  override onApplicationBootstrap(): void {
    // Without the timer.
  }
}

/** The audit module without its routes. */
@Module({
  imports: [KeyringModule, RequestModule],
  providers: [
    AuditLog,
    { provide: AuditChainWriter, useClass: AskedSealer },
    AuditMac,
    AuditStore,
    AuditVerification,
    ChainStore,
    RowVerifier,
  ],
})
class TrailModule {}

const contextOn = async (databaseUrl: string) => startContext({ imports: [TrailModule], databaseUrl });

/** A trail of ten rows for attacks, put back to what it was after each. */
export class SealedTrail implements Audited {
  static readonly ROWS = 10;

  private constructor(
    readonly nest: TestingModule,
    private readonly database?: TestDatabase,
  ) {}

  static async start(): Promise<SealedTrail> {
    const database = await createDatabase();
    const trail = new SealedTrail(await contextOn(database.url), database);
    await trail.record(SealedTrail.ROWS);
    await seal(trail);
    for (const table of TABLES) await trail.query(`CREATE TABLE genuine_${table} AS TABLE ${table}`);
    return trail;
  }

  /** The trail that an application left behind. */
  static async leftAt(databaseUrl: string): Promise<SealedTrail> {
    return new SealedTrail(await contextOn(databaseUrl));
  }

  async close(): Promise<void> {
    await this.nest.close();
    await this.database?.drop();
  }

  async query<Row extends object>(text: string, parameters: unknown[] = []): Promise<Row[]> {
    return this.nest.get(Database).query<Row>({ text }, parameters);
  }

  async record(events: number): Promise<void> {
    for (let count = 0; count < events; count++) await this.nest.get(EventBus).publish(new OrderRefused());
  }

  async restore(): Promise<void> {
    const tables = TABLES.map((table) => `DELETE FROM ${table}; INSERT INTO ${table} TABLE genuine_${table}`);
    await this.query(tables.join('; '));
  }

  /** What is done with the database and without the key: whole statements. */
  async attack(...statements: string[]): Promise<void> {
    for (const statement of statements) await this.query(statement);
  }

  /** What verifying finds; undefined: nothing. */
  async found(...checkpoints: string[]): Promise<Pick<AuditFinding, 'kind' | 'first' | 'last'> | undefined> {
    const { intact, finding } = await verify(this, ...checkpoints);
    expect(intact).toBe(finding === undefined);
    return finding && { kind: finding.kind, first: finding.first, last: finding.last };
  }

  async idAt(sequence: number): Promise<string | undefined> {
    const [row] = await this.query<{ id: string }>('SELECT id FROM audit_events WHERE sequence = $1', [
      sequence,
    ]);
    return row?.id;
  }

  /** Of all of it. */
  async checkpoint(): Promise<string> {
    return checkpointNow(this);
  }
}

/** Has the head say what the last row does, as after a genuine end. */
export const MOVE_HEAD = `UPDATE audit_head SET (sequence, chain) =
  (SELECT sequence, chain FROM audit_events ORDER BY sequence DESC LIMIT 1)`;

/** A finding at one row, or in a range. */
export const at = (kind: AuditFinding['kind'], first: number | null, last = first) => ({ kind, first, last });
