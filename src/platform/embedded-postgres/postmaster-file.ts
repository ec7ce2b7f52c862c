import { spawnSync } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { openInCluster, readInCluster } from './cluster-file';
import { type ClusterRecord } from './cluster-record';
import { codeOf } from './embedded-server.errors';

const PID_FILE = 'postmaster.pid';

/** The pid file that a running or killed server wrote into its cluster. */
export interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
}

interface Process {
  readonly uid: number;
  readonly commandLine: string;
}

/** @returns null where there is no such file */
export async function readPostmasterFile(cluster: string): Promise<PostmasterFile | null> {
  return parse((await readInCluster(cluster, PID_FILE)) ?? '');
}

/**
 * The `cluster_name` of a cluster's server. It is part of the command line, which distinguishes the server from another process
 * that got the process number of a killed one. After a reboot or in a new container that is common.
 */
export function clusterNameOf(record: ClusterRecord): string {
  return `gatehouse-${record.id}`;
}

/** Whether that process is alive and is the server of this cluster, or of the original that this one is a copy of. */
export async function isServerOf(cluster: string, record: ClusterRecord, pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false;
  // Windows does not show the command line; there the data directory that the server reports decides.
  if (process.platform === 'win32') return true;
  const [{ uid }, found] = await Promise.all([stat(cluster), processWith(pid)]);
  // Any account can use the name in a command line, but only processes of the cluster's owner have its uid.
  return found?.uid === uid && found.commandLine.includes(clusterNameOf(record));
}

/**
 * Prevents a stale pid file from stopping the next start: PostgreSQL refuses to start while any process of its own account has
 * that number. The file itself stays, because it also protects the shared memory.
 */
export async function disarmStaleFile(cluster: string): Promise<void> {
  const file = await openInCluster(cluster, PID_FILE, 'r+');
  if (!file) return;
  try {
    const text = await file.readFile('utf8');
    if (!isAlive(parse(text)?.pid ?? 0)) return;
    const [, ...rest] = text.split('\n');
    await file.truncate();
    // PostgreSQL treats the number of the process that runs pg_ctl, this one, as stale.
    await file.write([String(process.pid), ...rest].join('\n'), 0);
  } finally {
    await file.close();
  }
}

function parse(text: string): PostmasterFile | null {
  const [pid, , , port] = text.split('\n').map(Number);
  // A single-user backend writes its number negated.
  return pid && pid > 0 && port ? { pid, port } : null;
}

function isAlive(pid: number): boolean {
  // Zero would mean this process and its group.
  if (pid === 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

async function processWith(pid: number): Promise<Process | null> {
  const fromKernel = await Promise.all([
    stat(`/proc/${pid}`),
    readFile(`/proc/${pid}/cmdline`, 'utf8'),
  ]).catch(() => null);
  if (fromKernel) return { uid: fromKernel[0].uid, commandLine: fromKernel[1] };
  const { stdout } = spawnSync('ps', ['-p', String(pid), '-o', 'uid=,args='], { encoding: 'utf8' });
  const [, uid, commandLine] = /^\s*(-?\d+)\s+(.*)/.exec(stdout ?? '') ?? [];
  // macOS lists the uid of the account nobody as -2, the signed form of the value.
  return uid && commandLine ? { uid: Number(uid) >>> 0, commandLine } : null;
}
