import { chown, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Binaries } from './binaries';
import { lastLines, run } from './child';
import { type ClusterPlace } from './cluster-place';
import { EmbeddedServerUnavailable } from './embedded-server.errors';
import { DATABASE } from './server-connection';

const STAGING_PREFIX = 'postgres-new-';

const INITDB_OPTIONS = [
  '--encoding=UTF8',
  // Built in: the same order everywhere, and no locale of the machine is needed.
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--locale=C',
  '--auth=scram-sha-256',
  `--username=${DATABASE}`,
  '--no-instructions',
];

/**
 * Makes an empty cluster at its place. It is made next to it and renamed, so that a process killed half-way leaves
 * nothing that looks like a cluster.
 * @param durable false skips waiting for the disk; for tests
 * @throws EmbeddedServerUnavailable with the end of initdb's output
 */
export async function initialise(place: ClusterPlace, binaries: Binaries, durable: boolean): Promise<void> {
  await removeLeftovers(place.home);
  const staging = await mkdtemp(join(place.home, STAGING_PREFIX));
  try {
    const passwordFile = join(staging, 'password');
    await writeFile(passwordFile, place.record.password, { mode: 0o600 });
    if (place.user) {
      for (const path of [passwordFile, staging]) await chown(path, place.user.uid, place.user.gid);
    }
    const draft = join(staging, 'cluster');
    const args = [
      ...INITDB_OPTIONS,
      `--pwfile=${passwordFile}`,
      '-D',
      draft,
      ...(durable ? [] : ['--no-sync']),
    ];
    const { exitCode, output } = await run(binaries.initdb, args, { user: place.user, cwd: staging });
    if (exitCode !== 0) throw new EmbeddedServerUnavailable(`initdb failed.\n${lastLines(output)}`);
    await rename(draft, place.cluster);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function removeLeftovers(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    if (!name.startsWith(STAGING_PREFIX)) continue;
    // An initdb that outlived its killed parent may still be writing there: then the next time will do.
    await rm(join(home, name), { recursive: true, force: true }).catch(() => undefined);
  }
}
