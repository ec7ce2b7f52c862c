import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedServerUnavailable, codeOf } from './embedded-server.errors';

/** The data that is needed to find and open a cluster again. */
export interface ClusterRecord {
  /** The unique id of the cluster. */
  readonly id: string;
  /** Whether it is outside of DATA_DIR, in a folder named by its id. */
  readonly outside: boolean;
  readonly password: string;
  /** false: a start was interrupted before the cluster was complete. */
  readonly initialised: boolean;
}

/** The path of the record of a DATA_DIR. */
export function recordPath(dataDir: string): string {
  return join(dataDir, 'postgres.json');
}

/**
 * @returns the record of a DATA_DIR, or null where there is none
 * @throws EmbeddedServerUnavailable when the file exists and cannot be read or parsed
 */
export async function readRecord(dataDir: string): Promise<ClusterRecord | null> {
  const path = recordPath(dataDir);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    if (codeOf(error) !== 'EACCES') throw error;
    throw new EmbeddedServerUnavailable(
      `${path} belongs to another account, which began this database. Run as that account, or hand it over: chown -R.`,
      error,
    );
  }
  const record = parseRecord(text);
  if (record) return record;
  throw new EmbeddedServerUnavailable(
    `${path} is damaged, and the password of the database is in it. Restore it from a backup.`,
  );
}

/** Whether a DATA_DIR has a complete cluster. */
export async function hasCluster(dataDir: string): Promise<boolean> {
  return (await readRecord(dataDir))?.initialised === true;
}

/** Writes the record atomically, readable by its owner only. */
export async function writeRecord(dataDir: string, record: ClusterRecord): Promise<void> {
  const path = recordPath(dataDir);
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(record, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

function parseRecord(text: string): ClusterRecord | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { id, outside, password, initialised } = value as Partial<Record<keyof ClusterRecord, unknown>>;
  // The id becomes part of a path that root writes to.
  if (typeof id !== 'string' || !/^[0-9a-f]{16}$/.test(id)) return null;
  if (typeof outside !== 'boolean' || typeof password !== 'string' || typeof initialised !== 'boolean')
    return null;
  return { id, outside, password, initialised };
}
