import { Injectable, Logger, Optional } from '@nestjs/common';
import { DatabaseSettings } from './database.settings';
import { EmbeddedServer, hasCluster } from '../embedded-postgres';
import { DatabaseInspection } from './inspection';

/** The PostgreSQL server behind the pool: the operator's, or the embedded one. */
@Injectable()
export class DatabaseServer {
  private readonly logger = new Logger('Database');
  private embedded: EmbeddedServer | undefined;

  constructor(
    private readonly settings: DatabaseSettings,
    @Optional() private readonly inspection?: DatabaseInspection,
  ) {}

  /** The location of the data, for the startup message. */
  get location(): string {
    return this.embedded?.directory ?? 'the server that DATABASE_URL names';
  }

  /**
   * Starts the embedded server where no DATABASE_URL is set.
   * @returns the connection URL
   */
  async start(): Promise<string> {
    if (this.settings.url) return this.settings.url;
    return this.inspection ? this.inspection.url(async () => this.startExisting()) : this.startEmbedded();
  }

  /** @throws Error where there is no cluster: an inspection must not create one */
  private async startExisting(): Promise<string> {
    if (await hasCluster(this.settings.dataDir)) return this.startEmbedded();
    throw new Error(`There is no database in ${this.settings.dataDir} yet.\n  → the first start makes it`);
  }

  private async startEmbedded(): Promise<string> {
    this.embedded = await EmbeddedServer.start({
      dataDir: this.settings.dataDir,
      log: (line) => this.logger.log(line),
    });
    return this.embedded.url;
  }

  async stop(): Promise<void> {
    await this.embedded?.stop();
    this.embedded = undefined;
  }
}
