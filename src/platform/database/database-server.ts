import { Injectable, Logger } from '@nestjs/common';
import { DatabaseSettings } from './database.settings';
import { EmbeddedServer } from './embedded';

/** The PostgreSQL server behind the pool: the operator's own, or the embedded one that lives with the application. */
@Injectable()
export class DatabaseServer {
  private readonly logger = new Logger('Database');
  private embedded: EmbeddedServer | undefined;

  constructor(private readonly settings: DatabaseSettings) {}

  /** Where the data is, in words for a person. */
  get place(): string {
    return this.embedded?.directory ?? 'the server that DATABASE_URL names';
  }

  /**
   * Starts the embedded server where no other is set.
   * @returns the connection URL
   */
  async start(): Promise<string> {
    if (this.settings.url) return this.settings.url;
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
