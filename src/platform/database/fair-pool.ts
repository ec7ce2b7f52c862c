import { Pool, type PoolClient, type PoolConfig } from 'pg';

/** Of ten connections, so that the requests of one user do not delay those of all others. */
export const CONNECTIONS_PER_USER = 4;

type Callback = (error: Error | undefined, client: PoolClient | undefined, release: () => void) => void;

interface Share {
  held: number;
  readonly waiting: (() => void)[];
}

/** A pool in which the requests of one user hold at most a part of the connections; further ones wait for each other. */
export class FairPool extends Pool {
  /** The user of the current request; undefined for all other work, which has no limit. */
  userOf: () => string | undefined = () => undefined;

  private readonly shares = new Map<string, Share>();
  private readonly users = new WeakMap<PoolClient, string>();

  constructor(config: PoolConfig) {
    super(config);
    this.on('release', (_error: Error, client: PoolClient) => this.returned(client));
  }

  override connect(): Promise<PoolClient>;
  override connect(callback: Callback): void;
  override connect(callback?: Callback): Promise<PoolClient> | void {
    const user = this.userOf();
    if (callback) return user ? this.connectAs(user, callback) : super.connect(callback);
    if (!user) return super.connect();
    return new Promise((resolve, reject) =>
      this.connectAs(user, (error, client) => (client ? resolve(client) : reject(error))),
    );
  }

  private connectAs(user: string, callback: Callback): void {
    const share = this.shares.get(user) ?? { held: 0, waiting: [] };
    this.shares.set(user, share);
    const take = (): void => {
      share.held++;
      super.connect((error, client, release) => {
        if (client) this.users.set(client, user);
        else this.free(user);
        callback(error, client, release);
      });
    };
    if (share.held < CONNECTIONS_PER_USER) return take();
    const timer = setTimeout(() => {
      share.waiting.splice(share.waiting.indexOf(turn), 1);
      // The message of the driver for an exhausted pool.
      callback(new Error('timeout exceeded when trying to connect'), undefined, () => undefined);
    }, this.options.connectionTimeoutMillis);
    const turn = (): void => {
      clearTimeout(timer);
      take();
    };
    share.waiting.push(turn);
  }

  private returned(client: PoolClient): void {
    const user = this.users.get(client);
    this.users.delete(client);
    if (user !== undefined) this.free(user);
  }

  private free(user: string): void {
    const share = this.shares.get(user);
    if (!share) return;
    share.held--;
    const turn = share.waiting.shift();
    if (turn) turn();
    else if (share.held === 0) this.shares.delete(user);
  }
}
