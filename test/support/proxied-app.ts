import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { PASSWORD, TEST_ENVIRONMENT } from './app';
import { type Answer, Api, type TokenBody } from './api';
import { createDatabase, type TestDatabase } from './database';
import { BuiltProcess, freePort } from './process';
import { TcpProxy } from './tcp-proxy';

let people = 0;

/** The built application as a process of its own, and between it and its database a proxy that can break. */
export class ProxiedApp {
  private constructor(
    readonly api: Api,
    readonly proxy: TcpProxy,
    readonly process: BuiltProcess,
    /** Asks the database past the proxy, as an operator would. */
    readonly outside: Client,
    private readonly database: TestDatabase,
    private readonly folder: string,
  ) {}

  static async start(): Promise<ProxiedApp> {
    const database = await createDatabase();
    const proxy = await TcpProxy.to(database.url);
    const outside = new Client({ connectionString: database.url });
    await outside.connect();
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-proxied-'));
    const port = await freePort();
    const env = {
      ...TEST_ENVIRONMENT,
      RATE_LIMITS: 'off',
      DATABASE_URL: proxy.url,
      PORT: String(port),
    } as Record<string, string>;
    const process = new BuiltProcess(folder, env);
    const api = new Api(`http://127.0.0.1:${port}`);
    const app = new ProxiedApp(api, proxy, process, outside, database, folder);
    try {
      await process.says('Try first');
      return app;
    } catch (error) {
      await app.stop();
      throw error;
    }
  }

  async register(email = this.address()): Promise<Answer & { email: string }> {
    return { ...(await this.api.post('/v1/auth/register', { json: { email, password: PASSWORD } })), email };
  }

  async logIn(email: string): Promise<Answer<TokenBody>> {
    return this.api.post<TokenBody>('/v1/auth/login', { json: { email, password: PASSWORD } });
  }

  async refresh(refreshToken: string): Promise<Answer<TokenBody>> {
    return this.api.post<TokenBody>('/v1/auth/refresh', { json: { refreshToken } });
  }

  async someone(): Promise<TokenBody> {
    return (await this.logIn((await this.register()).email)).body;
  }

  address(): string {
    return `person-${process.pid}-${++people}@example.com`;
  }

  async ask<Row extends object>(text: string, parameters: unknown[] = []): Promise<Row[]> {
    return (await this.outside.query<Row>(text, parameters)).rows;
  }

  /** How many of the application's connections are in this state, as the server sees it. */
  async backends(state: 'active' | 'idle' | 'idle in transaction'): Promise<number> {
    const rows = await this.ask(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = $1`,
      [state],
    );
    return rows.length;
  }

  /** Holds the rows of all sessions locked until the returned function is called. */
  async lockSessions(): Promise<() => Promise<void>> {
    const holder = new Client({ connectionString: this.database.url });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT 1 FROM sessions FOR UPDATE');
    return async () => holder.end();
  }

  /** @returns the exit code of the process */
  async stop(): Promise<number | null> {
    const code = await this.process.stop();
    await this.outside.end();
    await this.proxy.close();
    await this.database.drop();
    rmSync(this.folder, { recursive: true });
    return code;
  }
}
