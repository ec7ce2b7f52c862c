import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClusterRecord } from './cluster-record';
import { codeOf } from './embedded-server.errors';

/** What a running server, or one that died, wrote into its cluster. */
export interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
}

/** @returns null where no server runs or ran */
export async function readPostmasterFile(cluster: string): Promise<PostmasterFile | null> {
  const text = await readText(pidFile(cluster));
  const [pid, , , port] = text.split('\n').map(Number);
  // A single-user backend writes its number negated.
  return pid && pid > 0 && port ? { pid, port } : null;
}

/**
 * The `cluster_name` of a cluster's server. It stands in the command line, which tells a server of ours from a
 * stranger that got the process number of one that died: after a reboot or in a new container that is common.
 */
export function clusterNameOf(record: ClusterRecord): string {
  return `gatehouse-${record.id}`;
}

/** Whether that process is alive and is the server of this cluster, or of one that it is a copy of. */
export async function isServerOf(record: ClusterRecord, pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false;
  // Windows does not tell; there the data directory that the server reports has to decide.
  if (process.platform === 'win32') return true;
  return (await commandLineOf(pid)).includes(clusterNameOf(record));
}

/**
 * Makes sure that a pid file without a server of this cluster does not stop the next one: PostgreSQL gives way to any
 * living process of its own account with that number. The file itself stays, because it also guards the shared memory.
 */
export async function disarmStaleFile(cluster: string): Promise<void> {
  const file = await readPostmasterFile(cluster);
  if (!file || !isAlive(file.pid)) return;
  const [, ...rest] = (await readText(pidFile(cluster))).split('\n');
  // PostgreSQL takes the number of the process that runs pg_ctl, this one, for a leftover.
  await writeFile(pidFile(cluster), [String(process.pid), ...rest].join('\n'));
}

function pidFile(cluster: string): string {
  return join(cluster, 'postmaster.pid');
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

async function commandLineOf(pid: number): Promise<string> {
  const fromKernel = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null);
  if (fromKernel !== null) return fromKernel;
  return spawnSync('ps', ['-p', String(pid), '-o', 'args='], { encoding: 'utf8' }).stdout ?? '';
}
