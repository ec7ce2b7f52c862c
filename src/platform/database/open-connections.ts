import type { Socket } from 'node:net';
import type { Client } from 'pg';

/** A write met a server that takes none: a standby, or one that was made read-only. One that ends closes its connections. */
const READ_ONLY = '25006';

// The driver's own mark, though not in its types: no answer is owed.
const isIdle = (client: Client) => (client as Client & { readonly readyForQuery?: boolean }).readyForQuery;

/**
 * A connection that owes an answer and stays silent has lost its server. Closing it fails the statement and takes it out
 * of the pool; the driver's `query_timeout` only does the first, and the next user of the connection would wait again.
 *
 * @param silenceMs 0: it may be silent for ever
 */
export function closeWhenSilent(silenceMs: number, client: Client): void {
  const socket = client.connection.stream as Socket;
  socket.setTimeout(silenceMs).on('timeout', () => {
    if (!isIdle(client)) destroy(client, 'The database server stopped responding');
  });
}

/**
 * The open connections of a pool. What one of them learns of its server counts for all: after a failover each of them
 * would fail a write of its own.
 */
export class OpenConnections {
  private readonly clients = new Set<Client>();

  add(client: Client): void {
    this.clients.add(client);
    client.once('end', () => this.clients.delete(client));
    client.connection.on('errorMessage', ({ code }: { readonly code?: string }) => {
      if (code === READ_ONLY) this.close();
    });
  }

  private close(): void {
    for (const client of this.clients) {
      if (isIdle(client) && client.getTransactionStatus() === 'I')
        destroy(client, 'The database server is read-only');
      else closeAfterWork(client);
    }
    this.clients.clear();
  }
}

/** Before the pool gets it back, which takes none that is ending. */
function closeAfterWork(client: Client): void {
  client.connection.prependListener('readyForQuery', ({ status }: { readonly status: string }) => {
    if (status === 'I') void client.end();
  });
}

/** Only an error tells the pool that a connection it holds is gone. */
function destroy(client: Client, reason: string): void {
  const socket = client.connection.stream as Socket;
  socket.destroy(Object.assign(new Error(reason), { code: 'ETIMEDOUT' }));
}
