import { chmod, chown, mkdir, mkdtemp, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Binaries } from './binaries';
import { type ServerUser, lastLines, run } from './child';
import { type ClusterLocation } from './cluster-location';
import { EmbeddedServerUnavailable } from './embedded-server.errors';
import { DATABASE } from './server-connection';

const STAGING_PREFIX = 'postgres-new-';

const INITDB_OPTIONS = [
  '--encoding=UTF8',
  // Built-in provider: the same sort order on every machine, without a locale of the system.
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--locale=C',
  '--auth=scram-sha-256',
  `--username=${DATABASE}`,
  '--no-instructions',
];

/**
 * Creates an empty cluster. It is created in a temporary folder and renamed, so that a killed process leaves nothing that
 * looks like a cluster.
 * @param durable false: without fsync; for tests
 * @throws EmbeddedServerUnavailable with the end of initdb's output
 */
export async function initialise(
  place: ClusterLocation,
  binaries: Binaries,
  durable: boolean,
): Promise<void> {
  await removeLeftovers(place);
  const staging = await mkdtemp(join(place.home, STAGING_PREFIX));
  try {
    const { draft, passwordFile } = draftIn(staging);
    await writeFile(passwordFile, place.record.password, { mode: 0o600, flag: 'wx' });
    if (place.user) await handOver(staging, place.user);
    const args = [...INITDB_OPTIONS, `--pwfile=${passwordFile}`, '-D', draft];
    if (!durable) args.push('--no-sync');
    const { exitCode, output } = await run(binaries.initdb, args, { user: place.user, cwd: staging });
    if (exitCode !== 0) throw new EmbeddedServerUnavailable(`initdb failed.\n${lastLines(output)}`);
    await rename(draft, place.cluster);
  } finally {
    await remove(staging, place.user);
  }
}

function draftIn(staging: string): { draft: string; passwordFile: string } {
  return { draft: join(staging, 'cluster'), passwordFile: join(staging, 'password') };
}

/** The folder itself belongs to root, so that the account can replace neither of the two nor the future cluster. */
async function handOver(staging: string, { uid, gid }: ServerUser): Promise<void> {
  const { draft, passwordFile } = draftIn(staging);
  await mkdir(draft);
  for (const path of [draft, passwordFile]) await chown(path, uid, gid);
  await chmod(staging, 0o755);
}

async function removeLeftovers({ home, user }: ClusterLocation): Promise<void> {
  for (const name of await readdir(home)) {
    if (name.startsWith(STAGING_PREFIX)) await remove(join(home, name), user);
  }
}

/** An initdb that outlived its killed parent may still write there; the folder is then removed at the next start. */
async function remove(staging: string, user: ServerUser | null): Promise<void> {
  try {
    if (!user) return await rm(staging, { recursive: true, force: true });
    const { draft, passwordFile } = draftIn(staging);
    // A link of the account could redirect root to another folder; as the account itself it has no further rights.
    await run('rm', ['-rf', draft], { user, cwd: '/' });
    await rm(passwordFile, { force: true });
    await rmdir(draft).catch(() => undefined);
    await rmdir(staging);
  } catch {
    // See above.
  }
}
