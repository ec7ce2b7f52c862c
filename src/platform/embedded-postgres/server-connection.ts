import { Socket } from 'node:net';
import type { Client } from 'pg';
import { ScramClient } from './scram-client';

/** The role and the database have the same name. */
export const DATABASE = 'gatehouse';
export const HOST = '127.0.0.1';

/**
 * A connection as the cluster's superuser. It is held while this process uses the server, so that a process whose
 * pool happens to be empty still counts as a client; it does not keep the process alive.
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

  /** @throws the system's or PostgreSQL's own error, with its code */
  static async open(port: number, password: string): Promise<ServerConnection> {
    const socket = new Socket();
    const client = new ScramClient({
      host: HOST,
      port,
      user: DATABASE,
      password,
      // The application's own database may not exist yet.
      database: 'postgres',
      application_name: 'gatehouse embedded server',
      connectionTimeoutMillis: 10_000,
      stream: () => socket,
      // Whatever is left unset here, pg takes from the PG* variables of the caller.
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

  /** True once the server has gone or the connection was closed. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Where the server says its cluster lives. */
  async dataDirectory(): Promise<string> {
    const [row] = await this.query<{ directory: string }>(
      `select current_setting('data_directory') as directory`,
    );
    return row?.directory ?? '';
  }

  /** Creates the application's database unless a former start has. */
  async ensureDatabase(): Promise<void> {
    const rows = await this.query(`select from pg_database where datname = '${DATABASE}'`);
    if (rows.length === 0) await this.query(`create database ${DATABASE}`);
  }

  /** How many other clients are connected, to whatever database. */
  async countOthers(): Promise<number> {
    const [row] = await this.query<{ others: number }>(
      `select count(*)::int as others from pg_stat_activity
       where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    );
    return row?.others ?? 0;
  }

  /** Closes the connection; one that is broken already is fine. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.socket.ref();
    await this.client.end().catch(() => undefined);
  }

  private async query<Row extends object>(sql: string): Promise<Row[]> {
    // Else a process with nothing left to do but this would end in the middle of it.
    this.socket.ref();
    try {
      return (await this.client.query<Row>(sql)).rows;
    } finally {
      this.socket.unref();
    }
  }
}
