import type { Finding } from '../../src/audit';
import { startApp, type TestApp } from './app';
import { checkpointNow, DoorsModule, knock, seal, verify } from './audit';

const TABLES = ['audit_events', 'audit_personal', 'audit_head'];

/** A trail of ten rows for attacks, put back to what it was after each. */
export class SealedTrail {
  static readonly ROWS = 10;

  private constructor(
    readonly app: TestApp,
    /** Of all of it. */
    readonly checkpoint: string,
  ) {}

  static async start(): Promise<SealedTrail> {
    const app = await startApp({ modules: [DoorsModule] });
    await knock(app, SealedTrail.ROWS);
    await seal(app);
    for (const table of TABLES) await app.query(`CREATE TABLE genuine_${table} AS TABLE ${table}`);
    return new SealedTrail(app, await checkpointNow(app));
  }

  async restore(): Promise<void> {
    await this.app.query(`TRUNCATE ${TABLES.join(', ')}`);
    for (const table of TABLES) await this.app.query(`INSERT INTO ${table} TABLE genuine_${table}`);
  }

  /** What is done with the database and without the key: whole statements. */
  async attack(...statements: string[]): Promise<void> {
    for (const statement of statements) await this.app.query(statement);
  }

  /** What verifying finds; undefined: nothing. */
  async found(...checkpoints: string[]): Promise<Pick<Finding, 'kind' | 'first' | 'last'> | undefined> {
    const { intact, finding } = await verify(this.app, ...checkpoints);
    expect(intact).toBe(finding === undefined);
    return finding && { kind: finding.kind, first: finding.first, last: finding.last };
  }

  async idAt(sequence: number): Promise<string | undefined> {
    const [row] = await this.app.query<{ id: string }>('SELECT id FROM audit_events WHERE sequence = $1', [
      sequence,
    ]);
    return row?.id;
  }
}

/** Has the head say what the last row does, as after a genuine end. */
export const MOVE_HEAD = `UPDATE audit_head SET (sequence, chain) =
  (SELECT sequence, chain FROM audit_events ORDER BY sequence DESC LIMIT 1)`;

/** A finding at one row, or in a range. */
export const at = (kind: Finding['kind'], first: number | null, last = first) => ({ kind, first, last });
