import { readFile, stat } from 'node:fs/promises';
import { testPathAs, type ServerUser } from './child';
import { EmbeddedServerUnavailable, codeOf } from './embedded-server.errors';

/**
 * Returns the account for the server of a new cluster: that of this process (null), unless that is root, which PostgreSQL
 * refuses. Then it is `postgres`, or else `nobody`.
 * @throws EmbeddedServerUnavailable when root finds no account to use
 */
export async function userForNewCluster(): Promise<ServerUser | null> {
  if (process.getuid?.() !== 0) return null;
  const accounts = await readAccounts();
  const user = byName(accounts, 'postgres') ?? byName(accounts, 'nobody');
  if (user) return user;
  throw new EmbeddedServerUnavailable(
    'PostgreSQL refuses to run as root, and /etc/passwd has neither "postgres" nor "nobody" to run it as.',
  );
}

/**
 * Returns the account for the server of an existing cluster: its owner.
 * @returns null when that is this process's own account
 * @throws EmbeddedServerUnavailable when it belongs to root or to an account that this process cannot switch to
 */
export async function userOfCluster(cluster: string): Promise<ServerUser | null> {
  const own = process.getuid?.();
  if (own === undefined) return null;
  const { uid, gid } = await stat(cluster);
  if (own !== 0 && uid === own) return null;
  if (own !== 0) {
    throw new EmbeddedServerUnavailable(
      `${cluster} belongs to account ${uid}. Run as that account, or hand the folder over: chown -R ${own} ${cluster}.`,
    );
  }
  if (uid === 0) {
    throw new EmbeddedServerUnavailable(
      `${cluster} belongs to root, which PostgreSQL refuses. Hand the folder over: chown -R postgres ${cluster}.`,
    );
  }
  const known = (await readAccounts()).find((account) => account.uid === uid);
  return known ?? { name: String(uid), uid, gid };
}

/** Whether the account can access the content of a folder; not checked for the account of this process (null). */
export function canEnter(user: ServerUser | null, folder: string): boolean {
  return user === null || testPathAs(user, 'test -x "$0"', folder);
}

function byName(accounts: readonly ServerUser[], name: string): ServerUser | undefined {
  return accounts.find((account) => account.name === name && account.uid !== 0);
}

async function readAccounts(): Promise<ServerUser[]> {
  let text: string;
  try {
    text = await readFile('/etc/passwd', 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    // macOS lists the uid of the account nobody as -2, the signed form of the value.
    return name && uid && gid ? [{ name, uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 }] : [];
  });
}
