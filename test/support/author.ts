import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import type { Feed } from '../../src/platform/feed';

export type Act = 'write' | 'savepoint' | 'undo' | 'release' | 'commit' | 'roll back' | 'read';

/** One of several that work at the database at once, and which of its changes were committed. */
export class Author {
  readonly committed: string[] = [];
  readonly undone: string[] = [];
  private pending: string[][] = [];

  constructor(
    private readonly client: Client,
    private readonly feed: Feed,
  ) {}

  async act(act: Act): Promise<void> {
    if (act === 'read') return this.feed.changed();
    if (this.pending.length === 0) await this.begin();
    if (act === 'write') await this.write();
    if (act === 'savepoint') await this.deeper();
    if (act === 'undo' && this.pending.length > 1) await this.undo();
    if (act === 'release' && this.pending.length > 1) await this.release();
    if (act === 'commit') await this.over('COMMIT', this.committed);
    if (act === 'roll back') await this.over('ROLLBACK', this.undone);
  }

  /** Ends what is under way. */
  async over(word: 'COMMIT' | 'ROLLBACK', into: string[]): Promise<void> {
    await this.client.query(word);
    into.push(...this.pending.flat());
    this.pending = [];
  }

  private async begin(): Promise<void> {
    await this.client.query('BEGIN');
    this.pending = [[]];
  }

  private async write(): Promise<void> {
    const id = randomUUID();
    await this.client.query(
      `INSERT INTO changes (topic, subject, changed_at) VALUES ('session-ended', $1, now())`,
      [id],
    );
    this.pending.at(-1)?.push(id);
  }

  private async deeper(): Promise<void> {
    await this.client.query('SAVEPOINT s');
    this.pending.push([]);
  }

  private async undo(): Promise<void> {
    await this.client.query('ROLLBACK TO s; RELEASE s');
    this.undone.push(...(this.pending.pop() ?? []));
  }

  private async release(): Promise<void> {
    await this.client.query('RELEASE s');
    const kept = this.pending.pop() ?? [];
    this.pending.at(-1)?.push(...kept);
  }
}
