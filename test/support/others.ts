import { Client } from 'pg';

/** Other clients of the database: instances, operators, open transactions. */
export class Others {
  private readonly clients: Client[] = [];

  constructor(private readonly databaseUrl: string) {}

  async connect(): Promise<Client> {
    const client = new Client({ connectionString: this.databaseUrl });
    client.on('error', () => undefined);
    this.clients.push(client);
    await client.connect();
    return client;
  }

  async close(): Promise<void> {
    for (const client of this.clients) await client.end();
  }
}
