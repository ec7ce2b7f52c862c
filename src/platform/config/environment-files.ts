import { isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { Variables } from './environment';
import { storedPublicUrl } from './public-url-file';

const LOCAL_FILE = '.env.local';
const HEADER =
  '# Made at the first start for this folder alone. Keep it: the keys in the database open with it.\n';
const OWN_SECRET = 'make the folder and that file yours to write, or set AUTH_SECRET: openssl rand -hex 32';

export interface LoadedVariables {
  readonly variables: Variables;
  /** The names that the committed `.env` sets. */
  readonly committed: readonly string[];
}

/**
 * The process's variables over `.env.local` over `.env`; production reads neither file, and no file sets NODE_ENV. In development a missing AUTH_SECRET is made and kept in `.env.local`, so that the first start needs no setting.
 *
 * @param folder where the `.env` files stand
 * @param keepSecret makes that secret, and keeps it in this file
 * @param isCommand whether it runs beside the application, which may have been started with another PORT
 */
export function readVariables(
  processVariables: Variables,
  folder: string,
  keepSecret = keepDevelopmentSecret,
  isCommand = false,
): LoadedVariables {
  // A shell may leave white space behind the word (cmd.exe does), and an empty variable sets nothing.
  const given = processVariables.NODE_ENV?.trim() || undefined;
  if (given === 'production') return { variables: processVariables, committed: [] };
  const mode = given ?? 'development';
  const shared = parseFile(join(folder, '.env'));
  const own: Variables = { ...parseFile(join(folder, LOCAL_FILE)), ...processVariables };
  const dataDir = resolve(folder, own.DATA_DIR ?? shared.DATA_DIR ?? 'data');
  const address = isCommand && mode === 'development' && !own.PORT ? storedPublicUrl(dataDir) : undefined;
  const noted = address ? { PUBLIC_URL: address } : {};
  const merged: Variables = { ...shared, ...noted, ...own, NODE_ENV: mode };
  const keeps = mode === 'development' && !merged.AUTH_SECRET;
  const secret = keeps ? { AUTH_SECRET: keepSecret(join(folder, LOCAL_FILE)) } : {};
  return { variables: { ...merged, ...secret }, committed: Object.keys(shared) };
}

/** A secret that is not stored, for commands that must not write files. */
export function temporarySecret(): string {
  return randomBytes(32).toString('base64url');
}

function parseFile(path: string): Variables {
  if (!existsSync(path)) return {};
  const bytes = readFileSync(path);
  // Windows PowerShell writes UTF-16, of which nothing would be understood.
  if (!isUtf8(bytes)) throw new Error(`${basename(path)} is not a UTF-8 file.\n  → save it as UTF-8`);
  // The byte order mark of other editors would be part of the first name.
  return parseEnv(bytes.toString('utf8').replace(/^\ufeff/, ''));
}

/** @throws Error with the way out, where the folder or the file is not ours to write */
function keepDevelopmentSecret(path: string): string {
  try {
    return writeDevelopmentSecret(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `AUTH_SECRET is not set, and none could be kept in .env.local: ${reason}\n  → ${OWN_SECRET}`,
      { cause },
    );
  }
}

function writeDevelopmentSecret(path: string): string {
  const line = `AUTH_SECRET=${randomBytes(32).toString('base64url')}\n`;
  if (!createWhole(path, HEADER + line) && !parseFile(path).AUTH_SECRET) {
    chmodSync(path, 0o600);
    // The last line of an existing file may lack a line break.
    appendFileSync(path, `\n${line}`);
  }
  return parseFile(path).AUTH_SECRET ?? '';
}

/** Two first starts at once must end with one secret: a hard link appears whole, and for the first of them only. */
function createWhole(path: string, content: string): boolean {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, content, { mode: 0o600, flag: 'wx' });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft);
  }
}
