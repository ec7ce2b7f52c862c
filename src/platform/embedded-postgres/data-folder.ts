import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, readlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { recordPath } from './cluster-record';
import { EmbeddedServerUnavailable, codeOf } from './embedded-server.errors';

/** The folder for data of root outside of DATA_DIR. It survives a reboot, unlike /tmp. */
const OUTSIDE = '/var/lib/gatehouse';

const MOST_LINKS = 40;
const WRITABLE_BY_OTHERS = 0o022;
const STICKY = 0o1000;

/**
 * The folder to work in: DATA_DIR, created if missing. If root starts the server, only where no other account can change it or
 * a folder above it, because that account could place a link where root writes. Otherwise a folder that only root can
 * change is used instead.
 * @param dataDir absolute
 * @throws EmbeddedServerUnavailable when another account has its database in that DATA_DIR
 */
export async function folderFor(dataDir: string, log: (line: string) => void): Promise<string> {
  if (process.getuid?.() !== 0 || (await onlyRootCanChange(dataDir))) {
    await mkdir(dataDir, { recursive: true, mode: 0o755 });
    // Under /tmp another account may have created it first.
    if (process.getuid?.() !== 0 || (await onlyRootCanChange(dataDir))) return dataDir;
  }
  if (await lstatIfExists(recordPath(dataDir))) throw begunByAnother(dataDir);
  const standIn = outsideFolder(createHash('sha256').update(dataDir).digest('hex').slice(0, 16));
  await makeOutsideFolder(standIn, dataDir);
  log(`Another account can change ${dataDir}; what root keeps is in ${standIn} instead`);
  return standIn;
}

export function outsideFolder(id: string): string {
  return join(OUTSIDE, id);
}

/** Creates a folder under /var/lib/gatehouse that every account may enter and only root may change. */
export async function makeOutsideFolder(folder: string, dataDir: string): Promise<void> {
  for (const path of [OUTSIDE, folder]) {
    await mkdir(path, { recursive: true });
    // The umask that made DATA_DIR unreachable would do the same here.
    await chmod(path, 0o755);
  }
  await writeFile(ownerFile(folder), `${dataDir}\n`);
}

/** Returns the id of a DATA_DIR, which names its folder under /var/lib/gatehouse. */
export function ownerFile(folder: string): string {
  return join(folder, 'belongs-to.txt');
}

/** Whether only root can change what a path refers to; root is about to create the missing part. */
async function onlyRootCanChange(path: string, linksLeft = MOST_LINKS): Promise<boolean> {
  for (const folder of withParents(path)) {
    const found = await lstatIfExists(folder);
    if (!found) return true;
    if (found.uid !== 0 || linksLeft === 0) return false;
    if (found.isSymbolicLink()) {
      const target = resolve(dirname(folder), await readlink(folder));
      if (!(await onlyRootCanChange(target, linksLeft - 1))) return false;
    } else if (found.mode & WRITABLE_BY_OTHERS) {
      // In a sticky folder such as /tmp, other accounts cannot replace what root owns.
      if (!(found.mode & STICKY) || folder === path) return false;
    }
  }
  return true;
}

/** From the top down to the path itself. */
function withParents(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [...withParents(parent), path];
}

async function lstatIfExists(path: string) {
  return lstat(path).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return null;
    throw error;
  });
}

function begunByAnother(dataDir: string): EmbeddedServerUnavailable {
  return new EmbeddedServerUnavailable(
    `the database in ${dataDir} is another account's, whose folders root does not write to. ` +
      'Run as that account, or set DATA_DIR to a folder that only root can change.',
  );
}
