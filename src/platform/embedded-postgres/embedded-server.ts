import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findBinaries } from './binaries';
import { initialise } from './cluster-init';
import { type ClusterLocation, locateCluster } from './cluster-location';
import { writeRecord } from './cluster-record';
import { folderFor } from './data-folder';
import { asEmbeddedServerUnavailable } from './embedded-server.errors';
import { type RunningServer, findRunning, isRunning, startServer, stopServer } from './postmaster';
import { DATABASE, HOST, type ServerConnection } from './server-connection';
import { withStartLock } from './start-lock';

export interface EmbeddedServerOptions {
  /** DATA_DIR, absolute or relative to the working directory. */
  readonly dataDir: string;
  /** Receives progress messages for the operator. */
  readonly log?: (line: string) => void;
  /** Further PostgreSQL settings, such as `{ fsync: 'off' }` in tests; they apply only where this call starts the server. */
  readonly settings?: Readonly<Record<string, string>>;
}

const GRACE_MILLISECONDS = 500;

/**
 * A PostgreSQL server with its data in DATA_DIR. It runs detached: it survives a killed application, the next start adopts it,
 * and several processes with the same DATA_DIR share it.
 */
export class EmbeddedServer {
  #stopped: Promise<void> | undefined;

  private constructor(
    private readonly place: ClusterLocation,
    private readonly log: (line: string) => void,
    private connection: ServerConnection,
    /** For a connection pool: role, password, port and database. */
    readonly url: string,
    /** Whether the server was already running. */
    readonly adopted: boolean,
  ) {}

  /** The folder of the cluster. */
  get directory(): string {
    return this.place.cluster;
  }

  /**
   * Starts the server of a DATA_DIR or adopts a running one; creates the cluster the first time.
   * @throws EmbeddedServerUnavailable for every failure
   */
  static async start(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
    const log = options.log ?? (() => undefined);
    try {
      const dataDir = await folderFor(resolve(options.dataDir), log);
      return await withStartLock(dataDir, () => EmbeddedServer.open(dataDir, options.settings ?? {}, log));
    } catch (error) {
      throw asEmbeddedServerUnavailable(error);
    }
  }

  /**
   * Disconnects, and stops the server unless another client is connected. Close all pools first.
   * A stopped server and a second call are no errors.
   * @throws EmbeddedServerUnavailable when the server does not stop
   */
  stop(): Promise<void> {
    this.#stopped ??= this.leave().catch((error: unknown) => {
      throw asEmbeddedServerUnavailable(error);
    });
    return this.#stopped;
  }

  private static async open(
    dataDir: string,
    settings: Readonly<Record<string, string>>,
    log: (line: string) => void,
  ): Promise<EmbeddedServer> {
    const place = await locateCluster(dataDir);
    if (place.record.outside) {
      log(`PostgreSQL refuses root, and account "${place.user?.name}" cannot enter ${dataDir}`);
    }
    const found = place.exists ? await findRunning(place) : null;
    const { port, connection } = found ?? (await launch(place, settings, log));
    await connection.ensureDatabase();
    const how = found ? 'was running' : 'started';
    log(`Embedded PostgreSQL ${how} on ${HOST}:${port}, data in ${place.cluster}`);
    const url = `postgres://${DATABASE}:${place.record.password}@${HOST}:${port}/${DATABASE}`;
    return new EmbeddedServer(place, log, connection, url, found !== null);
  }

  private async leave(): Promise<void> {
    const { dataDir } = this.place;
    try {
      // The folder was deleted: the server detects that and ends, and there is no folder for a lock.
      if (existsSync(dataDir)) await withStartLock(dataDir, () => this.stopUnlessShared());
    } finally {
      await this.connection.close();
    }
  }

  private async stopUnlessShared(): Promise<void> {
    if (this.connection.closed) {
      // Another process may have started it again.
      const running = await findRunning(this.place);
      if (!running) return;
      this.connection = running.connection;
    }
    const others = await othersAfterGrace(this.connection).catch(async (error: unknown) => {
      // The server ended during the query.
      if (await isRunning(this.place)) throw error;
      return 0;
    });
    await this.connection.close();
    if (others > 0) {
      this.log(`Embedded PostgreSQL goes on for ${others} other connection(s)`);
      return;
    }
    await stopServer(this.place, await findBinaries(this.place.home, this.place.user));
    this.log('Embedded PostgreSQL stopped');
  }
}

async function launch(
  place: ClusterLocation,
  settings: Readonly<Record<string, string>>,
  log: (line: string) => void,
): Promise<RunningServer> {
  const binaries = await findBinaries(place.home, place.user);
  if (!place.exists) {
    log(`Creating an empty database in ${place.cluster}`);
    await initialise(place, binaries, settings['fsync'] !== 'off');
  }
  if (!place.record.initialised) await writeRecord(place.dataDir, { ...place.record, initialised: true });
  await startServer(place, binaries, settings);
  const running = await findRunning(place);
  if (running) return running;
  throw new Error(`the server of ${place.cluster} ended right after its start`);
}

/** The server lists closed connections for another moment. */
async function othersAfterGrace(connection: ServerConnection): Promise<number> {
  const deadline = Date.now() + GRACE_MILLISECONDS;
  for (;;) {
    const others = await connection.countOthers();
    if (others === 0 || Date.now() > deadline) return others;
    await sleep(40);
  }
}
