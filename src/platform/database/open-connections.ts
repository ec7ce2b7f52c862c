import type { Socket } from 'node:net';
import type { Client } from 'pg';

/** A write failed on a read-only server, such as a standby. A server that shuts down closes its connections itself. */
const READ_ONLY = '25006';

// A property of the driver that its types lack: no response is pending.
const isIdle = (client: Client) => (client as Client & { readonly readyForQuery?: boolean }).readyForQuery;

/**
 * A connection with a pending response that stays silent has lost its server. Closing it fails the statement and removes
 * it from the pool. The driver's `query_timeout` only fails the statement, and the next statement would wait again.
 *
 * @param silenceMs 0: unlimited
 */
export function closeWhenSilent(silenceMs: number, client: Client): void {
  const socket = client.connection.stream as Socket;
  socket.setTimeout(silenceMs).on('timeout', () => {
    if (!isIdle(client)) destroy(client, 'The database server stopped responding');
  });
}

/**
 * The open connections of a pool. A read-only server closes all of them, because after a failover each of them would fail
 * one write.
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

/** Before it returns to the pool, which drops a connection that is ending. */
function closeAfterWork(client: Client): void {
  client.connection.prependListener('readyForQuery', ({ status }: { readonly status: string }) => {
    if (status === 'I') void client.end();
  });
}

/** The pool drops an idle connection only on an error event. */
function destroy(client: Client, reason: string): void {
  const socket = client.connection.stream as Socket;
  socket.destroy(Object.assign(new Error(reason), { code: 'ETIMEDOUT' }));
}
