import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import {
  DataSource,
  type EntityManager,
  type EntityTarget,
  type ObjectLiteral,
  type Repository,
} from 'typeorm';
import type { Pool, PoolClient } from 'pg';

/** A statement of a `*.store.ts`. One with a name is planned once per connection. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
}

/**
 * The way to the data for every room. Inside `transaction` each call, however deep, takes part in that transaction;
 * the bare DataSource and injected repositories do not, so rooms use neither.
 */
@Injectable()
export class Database {
  private readonly active = new AsyncLocalStorage<EntityManager>();

  constructor(private readonly dataSource: DataSource) {}

  repository<Entity extends ObjectLiteral>(entity: EntityTarget<Entity>): Repository<Entity> {
    return this.manager.getRepository(entity);
  }

  /** Runs `work` in one transaction, joining the one that is already under way; a throw undoes all of it. */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    if (this.active.getStore()) return work();
    return this.dataSource.transaction((manager) => this.active.run(manager, work));
  }

  /**
   * Runs one statement and returns its rows as the driver reads them.
   *
   * @param parameters the values of `$1`, `$2`, …; instants as Date, bytes as Buffer
   */
  async query<Row extends object>(statement: Statement, parameters: readonly unknown[] = []): Promise<Row[]> {
    const connection = await this.connection();
    const result = await connection.query<Row>({ ...statement, values: [...parameters] });
    return result.rows;
  }

  private get manager(): EntityManager {
    return this.active.getStore() ?? this.dataSource.manager;
  }

  private async connection(): Promise<Pool | PoolClient> {
    const runner = this.active.getStore()?.queryRunner;
    if (runner) return (await runner.connect()) as PoolClient;
    return (this.dataSource.driver as unknown as { readonly master: Pool }).master;
  }
}
