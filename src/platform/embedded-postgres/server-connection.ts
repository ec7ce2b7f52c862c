import { Socket } from 'node:net';
import type { Client } from 'pg';
import { ScramClient } from './scram-client';

/** The role and the database have the same name. */
export const DATABASE = 'gatehouse';
export const HOST = '127.0.0.1';

/**
 * A connection as the cluster's superuser. It stays open while this process uses the server, so that a process with an empty
 * pool still counts as a client. It does not keep the process alive.
 */
export class ServerConnection {
  #closed = false;

  private constructor(
    private readonly client: Client,
    private readonly socket: Socket,
  ) {
    client.on('error', () => (this.#closed = true));
    client.on('end', () => (this.#closed = true));
  }

  /** @throws the error of the system or PostgreSQL, with its code */
  static async open(port: number, password: string): Promise<ServerConnection> {
    const socket = new Socket();
    const client = new ScramClient({
      host: HOST,
      port,
      user: DATABASE,
      password,
      // The database of the application may not exist yet.
      database: 'postgres',
      application_name: 'gatehouse embedded server',
      connectionTimeoutMillis: 10_000,
      stream: () => socket,
      // Options that are not set here would come from the PG* variables of the caller.
      ssl: false,
      options: '-c client_min_messages=warning',
    });
    const connection = new ServerConnection(client, socket);
    try {
      await client.connect();
    } catch (error) {
      socket.destroy();
      throw error;
    }
    socket.unref();
    return connection;
  }

  /** Whether the server has ended or the connection was closed. */
  get closed(): boolean {
    return this.#closed;
  }

  /** The folder of the cluster as the server reports it. */
  async dataDirectory(): Promise<string> {
    const [row] = await this.query<{ directory: string }>(
      `select current_setting('data_directory') as directory`,
    );
    return row?.directory ?? '';
  }

  /** Creates the application's database where it does not exist. */
  async ensureDatabase(): Promise<void> {
    const rows = await this.query(`select from pg_database where datname = '${DATABASE}'`);
    if (rows.length === 0) await this.query(`create database ${DATABASE}`);
  }

  /** The number of other connected clients, of all databases. */
  async countOthers(): Promise<number> {
    const [row] = await this.query<{ others: number }>(
      `select count(*)::int as others from pg_stat_activity
       where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    );
    return row?.others ?? 0;
  }

  /** Closes the connection; a broken one is no error. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.socket.ref();
    await this.client.end().catch(() => undefined);
  }

  private async query<Row extends object>(sql: string): Promise<Row[]> {
    // Otherwise a process without other work would end before this completes.
    this.socket.ref();
    try {
      return (await this.client.query<Row>(sql)).rows;
    } finally {
      this.socket.unref();
    }
  }
}
