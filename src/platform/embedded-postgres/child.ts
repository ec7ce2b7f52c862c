import { spawn, spawnSync } from 'node:child_process';
import { EmbeddedServerUnavailable, codeOf, messageOf } from './embedded-server.errors';

/** The operating-system account a program runs as. */
export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

export interface ChildOptions {
  /** null: the account of this process. */
  readonly user: ServerUser | null;
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface ChildResult {
  readonly exitCode: number | null;
  /** Standard output and error, in order of arrival. */
  readonly output: string;
}

/**
 * Runs a program to its end with a minimal environment.
 * @returns its exit code and output; the caller handles a non-zero code
 * @throws EmbeddedServerUnavailable when it cannot be executed at all
 */
export function run(program: string, args: readonly string[], options: ChildOptions): Promise<ChildResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...identity(options.user),
      cwd: options.cwd,
      env: minimalEnvironment(options.env),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    let output = '';
    const collect = (chunk: Buffer) => (output += chunk.toString());
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', (error) => reject(cannotExecute(program, error)));
    child.once('close', (exitCode) => resolve({ exitCode, output }));
    // On Windows the detached server inherits the pipes and keeps them open: then 'close' has to be forced.
    child.once('exit', () => {
      setTimeout(() => [child.stdout, child.stderr].forEach((pipe) => pipe.destroy()), 200).unref();
    });
  });
}

/** The last few lines of a program's output. */
export function lastLines(output: string, count = 6): string {
  return output.trim().split('\n').slice(-count).join('\n');
}

/** Whether `test` expressions such as `-x "$0"` are true for a path, evaluated as another account. */
export function testPathAs(user: ServerUser, expression: string, path: string): boolean {
  // libuv changes the directory before the user; every account can enter "/".
  const options = { ...identity(user), cwd: '/', env: minimalEnvironment(), stdio: 'ignore' as const };
  return spawnSync('/bin/sh', ['-c', expression, path], options).status === 0;
}

function identity(user: ServerUser | null): { uid?: number; gid?: number } {
  return user ? { uid: user.uid, gid: user.gid } : {};
}

/** The environment of the server, without PG* variables, locale and time zone of the caller. */
function minimalEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC', ...extra };
}

function cannotExecute(program: string, error: unknown): EmbeddedServerUnavailable {
  const hint =
    codeOf(error) === 'ENOENT'
      ? ' The file is missing, or its C library is (the binaries need glibc: Alpine has none).'
      : '';
  return new EmbeddedServerUnavailable(`cannot execute ${program}: ${messageOf(error)}.${hint}`, error);
}
