import { rename, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Binaries } from './binaries';
import { lastLines, run } from './child';
import { readInCluster } from './cluster-file';
import { type ClusterLocation } from './cluster-location';
import { type ClusterRecord } from './cluster-record';
import { EmbeddedServerUnavailable, codeOf, messageOf } from './embedded-server.errors';
import { clusterNameOf, disarmStaleFile, isServerOf, readPostmasterFile } from './postmaster-file';
import { HOST, ServerConnection } from './server-connection';

/** A server that accepts connections. */
export interface RunningServer {
  readonly port: number;
  readonly connection: ServerConnection;
}

const WAIT_SECONDS = 90;
const PORT_ATTEMPTS = 5;
const LOG = 'server.log';
const POSTGRES_DEFAULT_PORT = 5432;

/**
 * Connects to the running server of a cluster, whichever process started it; waits for one that is starting up, recovering
 * or shutting down.
 * @returns null when none is running
 * @throws EmbeddedServerUnavailable when the running server refuses the connection
 */
export async function findRunning({ cluster, record }: ClusterLocation): Promise<RunningServer | null> {
  const deadline = Date.now() + WAIT_SECONDS * 1000;
  for (;;) {
    const file = await readPostmasterFile(cluster);
    if (!file || !(await isServerOf(cluster, record, file.pid))) return null;
    try {
      const connection = await ServerConnection.open(file.port, record.password);
      if (await servesCluster(connection, cluster)) return { port: file.port, connection };
      await connection.close();
      return null;
    } catch (error) {
      const refusedForGood = codeOf(error)?.startsWith('28') ?? false;
      if (refusedForGood || Date.now() > deadline) throw unanswering(file.pid, cluster, error);
    }
    await sleep(25);
  }
}

/** Whether the cluster's server is running, whether or not it responds. */
export async function isRunning({ cluster, record }: ClusterLocation): Promise<boolean> {
  const file = await readPostmasterFile(cluster);
  return file !== null && isServerOf(cluster, record, file.pid);
}

/**
 * Starts the server of a cluster, detached from this process, on a free port of the loopback interface.
 * Must be called only where findRunning returned null.
 * @param settings further PostgreSQL settings
 * @throws EmbeddedServerUnavailable with the end of the server's log
 */
export async function startServer(
  place: ClusterLocation,
  binaries: Binaries,
  settings: Readonly<Record<string, string>>,
  choosePort: () => Promise<number> = freePort,
): Promise<void> {
  await disarmStaleFile(place.cluster);
  for (let attempt = 1; ; attempt++) {
    await keepFormerLog(place.cluster);
    const options = serverOptions(place.record, await choosePort(), settings);
    const args = ['start', '-w', '-s', '-t', String(WAIT_SECONDS), '-l', LOG, '-o', options];
    const { exitCode, output } = await pgCtl(place, binaries, args);
    if (exitCode === 0) return;
    const log = (await readInCluster(place.cluster, LOG)) ?? '';
    const portWasTaken = log.includes('could not create any TCP/IP sockets');
    if (portWasTaken && attempt < PORT_ATTEMPTS) continue;
    throw new EmbeddedServerUnavailable(`it did not start.\n${lastLines(log || output)}`);
  }
}

/**
 * Stops the server of a cluster and disconnects the remaining clients.
 * @throws EmbeddedServerUnavailable when it keeps running
 */
export async function stopServer(place: ClusterLocation, binaries: Binaries): Promise<void> {
  // After a crash, pg_ctl would signal the process that has the pid by then.
  if (!(await isRunning(place))) return;
  const args = ['stop', '-m', 'fast', '-w', '-s', '-t', String(WAIT_SECONDS)];
  const { exitCode, output } = await pgCtl(place, binaries, args);
  if (exitCode === 0 || (await readPostmasterFile(place.cluster)) === null) return;
  throw new EmbeddedServerUnavailable(`it did not stop.\n${lastLines(output)}`);
}

/** The folder is passed by environment and working directory, because an argument would pass through a shell. */
function pgCtl({ cluster, user }: ClusterLocation, binaries: Binaries, args: readonly string[]) {
  return run(binaries.pgCtl, args, { user, cwd: cluster, env: { PGDATA: cluster } });
}

function serverOptions(
  record: ClusterRecord,
  port: number,
  settings: Readonly<Record<string, string>>,
): string {
  const all = {
    // So log lines never quote rows or statements with personal data.
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    log_checkpoints: 'off',
    ...settings,
    listen_addresses: HOST,
    port: String(port),
    // No Unix socket: its path has a length limit, and Windows has no such sockets.
    unix_socket_directories: '',
    cluster_name: clusterNameOf(record),
  };
  return Object.entries(all)
    .map(([name, value]) => `-c ${shellSafe(name)}="${shellSafe(value)}"`)
    .join(' ');
}

/** pg_ctl passes these to a shell, which interprets some characters even between double quotes. */
function shellSafe(text: string): string {
  if (/^[\w .,:/*+-]*$/.test(text)) return text;
  throw new EmbeddedServerUnavailable(
    `the setting ${JSON.stringify(text)} has a character that is not allowed.`,
  );
}

/** A port that is free now; another process may take it before the server does. */
async function freePort(): Promise<number> {
  const port = await new Promise<number>((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, HOST, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
  return port === POSTGRES_DEFAULT_PORT ? freePort() : port;
}

/** Keeps one previous log for the analysis of a crash, so that the folder does not grow. A rename follows no link. */
async function keepFormerLog(cluster: string): Promise<void> {
  await rename(join(cluster, LOG), join(cluster, `${LOG}.1`)).catch(() => undefined);
}

async function servesCluster(connection: ServerConnection, cluster: string): Promise<boolean> {
  const directory = await connection.dataDirectory();
  const [ours, theirs] = await Promise.all([stat(cluster), stat(directory).catch(() => null)]);
  // A folder that no longer exists was renamed under its server. One that exists under another name is either the same
  // (a mount, a link) or the original of this copy.
  return theirs === null || (theirs.dev === ours.dev && theirs.ino === ours.ino);
}

function unanswering(pid: number, cluster: string, error: unknown): EmbeddedServerUnavailable {
  return new EmbeddedServerUnavailable(
    `the server of ${cluster} runs as process ${pid} but refuses the connection: ${messageOf(error)}.`,
    error,
  );
}
