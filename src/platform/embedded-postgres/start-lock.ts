import { randomInt } from 'node:crypto';
import { lock } from 'proper-lockfile';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedServerUnavailable, codeOf } from './embedded-server.errors';

const STALE_MILLISECONDS = 4_000;
const RETRY_MILLISECONDS = 30;
const PATIENCE_MILLISECONDS = 120_000;

/**
 * Runs a function while no other process starts or stops the server of the same DATA_DIR.
 * The lock of a killed process expires after about four seconds.
 * @throws EmbeddedServerUnavailable when the lock stays taken; otherwise the error of the function
 */
export async function withStartLock<T>(dataDir: string, act: () => Promise<T>): Promise<T> {
  const release = await acquire(dataDir);
  try {
    return await act();
  } finally {
    // A lost lock does not invalidate the result: PostgreSQL itself prevents two servers on one cluster.
    await release().catch(() => undefined);
  }
}

async function acquire(dataDir: string): Promise<() => Promise<void>> {
  const lockfilePath = join(dataDir, 'postgres.lock');
  const deadline = Date.now() + PATIENCE_MILLISECONDS;
  for (;;) {
    try {
      return await lock(dataDir, {
        lockfilePath,
        stale: STALE_MILLISECONDS,
        update: STALE_MILLISECONDS / 4,
        // The default handler throws in a timer, which ends the process.
        onCompromised: () => undefined,
      });
    } catch (error) {
      // The retries of the library would also repeat "permission denied" for two minutes.
      if (codeOf(error) === 'EACCES') throw notOurs(dataDir, error);
      if (codeOf(error) !== 'ELOCKED') throw error;
      if (Date.now() > deadline) throw held(lockfilePath, error);
    }
    // Two waiters in lockstep could both find the lock stale and remove each other's.
    await sleep(RETRY_MILLISECONDS + randomInt(RETRY_MILLISECONDS));
  }
}

function held(lockfilePath: string, error: unknown): EmbeddedServerUnavailable {
  return new EmbeddedServerUnavailable(
    `another process holds ${lockfilePath} and goes on holding it.`,
    error,
  );
}

function notOurs(dataDir: string, error: unknown): EmbeddedServerUnavailable {
  return new EmbeddedServerUnavailable(
    `this account may not write to ${dataDir}. Run as the account it belongs to, or hand it over: chown -R.`,
    error,
  );
}
