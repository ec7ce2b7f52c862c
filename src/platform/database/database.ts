import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import {
  DataSource,
  type EntityManager,
  type EntityTarget,
  type ObjectLiteral,
  type Repository,
} from 'typeorm';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions';
import type { Client, PoolClient } from 'pg';
import { reasonOf } from '../errors';
import { directConnection } from './connection-config';
import type { DatabaseSettings } from './database.settings';
import type { FairPool } from './fair-pool';

/** A statement of a `*.store.ts`. A named one is planned once per connection. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
}

/** An open transaction, and the callbacks to run after its commit. */
interface Transaction {
  readonly of: Database;
  /** The transaction of another database in which this one began. */
  readonly outer: Transaction | undefined;
  readonly manager: EntityManager;
  readonly followUps: (() => Promise<void>)[];
  /** Whether its connection may belong to another transaction by now. */
  hasEnded: boolean;
}

// One for the process: on Node 20 each instance that was ever used slows every asynchronous step (decision 16).
const underWay = new AsyncLocalStorage<Transaction>();

/**
 * Database access for every module. Inside `transaction` every call takes part in that transaction. The bare
 * DataSource and injected repositories do not, so modules use neither.
 */
@Injectable()
export class Database {
  constructor(
    private readonly dataSource: DataSource,
    private readonly settings: DatabaseSettings,
  ) {}

  repository<Entity extends ObjectLiteral>(entity: EntityTarget<Entity>): Repository<Entity> {
    return this.manager.getRepository(entity);
  }

  get isInTransaction(): boolean {
    return this.current !== undefined;
  }

  /** Runs `work` in one transaction, joining an open one; an exception rolls all of it back. */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    if (this.current) return work();
    const followUps: Transaction['followUps'] = [];
    const result = await this.dataSource.transaction(async (manager) => {
      const outer = underWay.getStore();
      const transaction: Transaction = { of: this, outer, manager, followUps, hasEnded: false };
      try {
        return await underWay.run(transaction, work);
      } finally {
        transaction.hasEnded = true;
      }
    });
    for (const followUp of followUps) await followUp();
    return result;
  }

  /** Runs a callback after the commit of the open transaction, before `transaction` returns; at once without a transaction. */
  async afterCommit(work: () => Promise<void>): Promise<void> {
    if (!this.current) return work();
    this.current.followUps.push(work);
  }

  /** Runs work outside the transaction that starts it, such as a timer that fires after the transaction has ended. */
  runDetached<T>(work: () => T): T {
    return underWay.exit(work);
  }

  /** Sets how to find the user of the current request: the requests of one user hold at most a part of the pool. */
  limitConnectionsPerUser(userOf: () => string | undefined): void {
    this.pool.userOf = userOf;
  }

  /** Opens a connection of its own beside the pool, with the pool's limits; the caller ends it. */
  async dedicatedConnection(): Promise<Client> {
    const { url = '' } = this.dataSource.options as PostgresDataSourceOptions;
    const { Client, onConnect, ...config } = directConnection(url, this.settings);
    const client = new Client(config);
    // An 'error' event without a listener ends the process, and it can occur before the caller gets the connection.
    client.on('error', () => undefined);
    try {
      await client.connect();
      await onConnect(client);
    } catch (cause) {
      void client.end().catch(() => undefined);
      const setting = this.settings.directUrl ? 'DATABASE_DIRECT_URL' : 'DATABASE_URL';
      throw new Error(`No connection beside the pool, by ${setting}: ${reasonOf(cause)}`, { cause });
    }
    return client;
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

  private get current(): Transaction | undefined {
    let transaction = underWay.getStore();
    while (transaction && transaction.of !== this) transaction = transaction.outer;
    // The driver would send the statement over the former connection, into the transaction of another request.
    if (transaction?.hasEnded)
      throw new Error(
        'The transaction has ended.\n  → await everything that it starts, or start it by Database.runDetached()',
      );
    return transaction;
  }

  private get manager(): EntityManager {
    return this.current?.manager ?? this.dataSource.manager;
  }

  private async connection(): Promise<FairPool | PoolClient> {
    const runner = this.current?.manager.queryRunner;
    return runner ? ((await runner.connect()) as PoolClient) : this.pool;
  }

  private get pool(): FairPool {
    return (this.dataSource.driver as unknown as { readonly master: FairPool }).master;
  }
}
