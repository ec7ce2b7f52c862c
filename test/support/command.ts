import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const CLI = join(__dirname, '../../dist/cli.js');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of the built application in a folder, as an operator does. */
export async function runCommand(
  cwd: string,
  env: Record<string, string>,
  args: readonly string[],
  input = '',
): Promise<Ended> {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [CLI, ...args], { cwd, env: { PATH, ...env } });
  // A refused command does not read its input.
  child.stdin.on('error', () => undefined).end(input);
  const exit = once(child, 'exit') as Promise<[number | null]>;
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { code, stdout, stderr };
}
