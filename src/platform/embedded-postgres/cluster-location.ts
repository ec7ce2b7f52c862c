import { randomBytes } from 'node:crypto';
import { readFile, realpath, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ServerUser } from './child';
import { type ClusterRecord, readRecord, recordPath, writeRecord } from './cluster-record';
import { makeOutsideFolder, outsideFolder, ownerFile } from './data-folder';
import { EmbeddedServerUnavailable, codeOf } from './embedded-server.errors';
import { canEnter, userForNewCluster, userOfCluster } from './server-user';

/** An existing or future cluster, and the account of its server. */
export interface ClusterLocation {
  /** The result of folderFor: no other account can change it. */
  readonly dataDir: string;
  readonly record: ClusterRecord;
  /** The same, or a folder of its own under /var/lib/gatehouse. */
  readonly home: string;
  readonly cluster: string;
  /** null: the account of this process. */
  readonly user: ServerUser | null;
  readonly exists: boolean;
}

/**
 * Finds the cluster of a DATA_DIR, or chooses its location and records it.
 * @throws EmbeddedServerUnavailable when the recorded cluster is missing or not accessible; no empty one replaces it
 */
export async function locateCluster(dataDir: string): Promise<ClusterLocation> {
  const record = await readRecord(dataDir);
  if (!record) {
    await refuseUnrecorded(dataDir);
    return planCluster(dataDir, null);
  }
  const home = homeOf(dataDir, record);
  const cluster = clusterIn(home);
  if (!(await isThere(cluster))) {
    if (record.initialised) throw missing(dataDir, cluster);
    return planCluster(dataDir, record);
  }
  const user = await userOfCluster(cluster);
  if (!canEnter(user, cluster)) throw outOfReach(cluster, user);
  if (record.outside) await takeOwnership(dataDir, record, home);
  return { dataDir, record, home, cluster, user, exists: true };
}

async function planCluster(dataDir: string, interrupted: ClusterRecord | null): Promise<ClusterLocation> {
  const user = await userForNewCluster();
  const record = {
    id: interrupted?.id ?? randomBytes(8).toString('hex'),
    outside: !canEnter(user, dataDir),
    password: interrupted?.password ?? randomBytes(32).toString('base64url'),
    initialised: false,
  };
  const home = homeOf(dataDir, record);
  if (record.outside) await makeOutsideFolder(home, await realpath(dataDir));
  await writeRecord(dataDir, record);
  return { dataDir, record, home, cluster: clusterIn(home), user, exists: false };
}

/** A copied DATA_DIR refers to the same folder as its original; the two must not share a database silently. */
async function takeOwnership(dataDir: string, record: ClusterRecord, home: string): Promise<void> {
  const own = await realpath(dataDir);
  const owner = (await readFile(ownerFile(home), 'utf8').catch(() => own)).trim();
  if (owner === own) return;
  if ((await readRecord(owner))?.id === record.id) throw copied(dataDir, owner, home);
  await writeFile(ownerFile(home), `${own}\n`);
}

function homeOf(dataDir: string, record: ClusterRecord): string {
  return record.outside ? outsideFolder(record.id) : dataDir;
}

function clusterIn(home: string): string {
  return join(home, 'postgres');
}

async function isThere(cluster: string): Promise<boolean> {
  try {
    await stat(cluster);
    return true;
  } catch (error) {
    // "Permission denied" must not count as "does not exist".
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function refuseUnrecorded(dataDir: string): Promise<void> {
  const cluster = clusterIn(dataDir);
  if (!(await isThere(cluster))) return;
  throw new EmbeddedServerUnavailable(
    `${cluster} holds a database, but ${recordPath(dataDir)} with its password is missing. ` +
      'Restore that file, or move the folder away to begin with an empty database.',
  );
}

function missing(dataDir: string, cluster: string): EmbeddedServerUnavailable {
  return new EmbeddedServerUnavailable(
    `${recordPath(dataDir)} says that the database lives in ${cluster}, and it is not there. ` +
      `Restore that folder, or delete ${recordPath(dataDir)} to begin with an empty database.`,
  );
}

function copied(dataDir: string, owner: string, home: string): EmbeddedServerUnavailable {
  return new EmbeddedServerUnavailable(
    `${recordPath(dataDir)} is a copy of ${recordPath(owner)}, and the database itself, in ${home}, was not copied. ` +
      `Delete ${recordPath(dataDir)} to begin with an empty database.`,
  );
}

function outOfReach(cluster: string, user: ServerUser | null): EmbeddedServerUnavailable {
  return new EmbeddedServerUnavailable(
    `the database in ${cluster} belongs to account ${user?.name ?? ''}, which cannot enter the folders above it. ` +
      'Let it pass them (chmod o+x), or move DATA_DIR to where it can.',
  );
}
