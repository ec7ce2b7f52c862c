import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A connection through the proxy; one that died in a stall stays dead, since bytes of it are missing. */
interface Link {
  readonly client: Socket;
  readonly server: Socket;
  dead: boolean;
  /** The server's next bytes are not passed on: they are where the connection is cut. */
  answerIsLost: boolean;
}

/** What happens to the next connection that sends these words. */
interface Trap {
  readonly words: string;
  readonly act: 'cut' | 'stall' | 'lose the answer';
  readonly sprung: () => void;
}

/** Stands between the application and its database, and breaks the connection as networks do. */
export class TcpProxy {
  /** Added to each way of a round trip. */
  delayMs = 0;
  private readonly links = new Set<Link>();
  private listener: Server | undefined;
  private port = 0;
  private stalled = false;
  private trap: Trap | undefined;

  private constructor(private target: URL) {}

  static async to(databaseUrl: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(new URL(databaseUrl));
    await proxy.listen();
    return proxy;
  }

  /** The URL of the database through the proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${this.port}`;
    return url.href;
  }

  /** Cuts every connection and refuses new ones. */
  async goAway(): Promise<void> {
    const closed = this.listener && once(this.listener, 'close');
    this.listener?.close();
    for (const link of this.links) cut(link);
    await closed;
  }

  /** Swallows all bytes from now on; connections stay open, and new ones are accepted. */
  stall(): void {
    this.stalled = true;
    for (const link of this.links) link.dead = true;
  }

  /** New connections work again, to another server where one is named. */
  async comeBack(databaseUrl = this.target.href): Promise<void> {
    this.target = new URL(databaseUrl);
    this.stalled = false;
    if (!this.listener?.listening) await this.listen();
  }

  /**
   * Waits for the application to send these words, once: cuts or stalls that connection before they reach the server, or
   * cuts it when the server has done what they say and answers.
   * @returns once it happened
   */
  async when(words: string, act: Trap['act']): Promise<void> {
    return new Promise((sprung) => (this.trap = { words, act, sprung }));
  }

  async close(): Promise<void> {
    this.stalled = false;
    await this.goAway();
  }

  private async listen(): Promise<void> {
    this.listener = createServer((client) => this.accept(client)).listen(this.port, '127.0.0.1');
    await once(this.listener, 'listening');
    const address = this.listener.address();
    if (typeof address === 'object' && address) this.port = address.port;
  }

  private accept(client: Socket): void {
    const { hostname, port } = this.target;
    const server = connect(Number(port) || 5432, hostname);
    const link = { client, server, dead: this.stalled, answerIsLost: false };
    this.links.add(link);
    for (const socket of [client, server]) socket.setNoDelay(true).on('error', () => undefined);
    client.on('data', (bytes) => this.upwards(link, bytes));
    server.on('data', (bytes) => this.downwards(link, bytes));
    // Where the network is dead, one end does not learn that the other has gone.
    client.on('close', () => link.dead || this.later(() => cut(link)));
    server.on('close', () => link.dead || this.later(() => cut(link)));
  }

  private upwards(link: Link, bytes: Buffer): void {
    const { trap } = this;
    if (!link.dead && trap && bytes.includes(trap.words)) {
      this.trap = undefined;
      if (trap.act === 'cut') cut(link);
      if (trap.act === 'stall') link.dead = true;
      if (trap.act === 'lose the answer') link.answerIsLost = true;
      trap.sprung();
    }
    if (!link.dead) this.later(() => link.dead || link.server.write(bytes));
  }

  private downwards(link: Link, bytes: Buffer): void {
    if (link.answerIsLost) return cut(link);
    if (!link.dead) this.later(() => link.dead || link.client.write(bytes));
  }

  private later(work: () => unknown): void {
    if (this.delayMs > 0) setTimeout(work, this.delayMs);
    else work();
  }
}

function cut(link: Link): void {
  link.dead = true;
  link.client.resetAndDestroy();
  link.server.destroy();
}
