import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedServerUnavailable, codeOf } from './embedded-server.errors';

// Windows lacks the latter two flags; there no process acts for two accounts.
const { O_RDONLY, O_RDWR, O_NOFOLLOW, O_NONBLOCK } = constants;

/**
 * Opens a file of the server in its cluster. Where this process is root, the server's account must not be able to redirect
 * it to another account's file by a link, or to block it with a pipe.
 * @returns null where the file does not exist
 * @throws EmbeddedServerUnavailable where it is not a plain file of the cluster's owner
 */
export async function openInCluster(
  cluster: string,
  name: string,
  access: 'r' | 'r+',
): Promise<FileHandle | null> {
  const path = join(cluster, name);
  const flags = (access === 'r' ? O_RDONLY : O_RDWR) | O_NOFOLLOW | O_NONBLOCK;
  const file = await open(path, flags).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    if (codeOf(error) === 'ELOOP') throw notPlain(path);
    throw error;
  });
  if (!file || (await isPlainFileOf(cluster, file))) return file;
  await file.close();
  throw notPlain(path);
}

/** @returns the text of a file of the server in its cluster, null where the file does not exist */
export async function readInCluster(cluster: string, name: string): Promise<string | null> {
  const file = await openInCluster(cluster, name, 'r');
  try {
    return (await file?.readFile('utf8')) ?? null;
  } finally {
    await file?.close();
  }
}

async function isPlainFileOf(cluster: string, file: FileHandle): Promise<boolean> {
  const [owner, found] = await Promise.all([stat(cluster), file.stat()]);
  return found.isFile() && found.nlink <= 1 && found.uid === owner.uid;
}

function notPlain(path: string): EmbeddedServerUnavailable {
  return new EmbeddedServerUnavailable(
    `${path} is not a plain file of the database's own account. Remove it, or put back what was there.`,
  );
}
