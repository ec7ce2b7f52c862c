import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A start takes a second, and many where the machine has other things to do. */
const PATIENCE_MS = 90_000;

const DIST = join(__dirname, '../../dist');

/** The built application, or a command of it, as a process of its own in a folder of its own. */
export class BuiltProcess {
  output = '';
  private readonly child: ChildProcess;

  /** @param env replaces the environment but for what a program needs to run at all */
  constructor(cwd: string, env: Record<string, string>, args: readonly string[] = ['main.js']) {
    const [file = '', ...rest] = args;
    const { PATH = '' } = process.env;
    this.child = spawn(process.execPath, [join(DIST, file), ...rest], { cwd, env: { PATH, ...env } });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
  }

  /** Waits for words of the output; fails with all of it where the process ends first. */
  async says(words: string | RegExp, timeoutMs = PATIENCE_MS): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!new RegExp(words).test(this.output)) {
      if (this.child.exitCode !== null || Date.now() > deadline) {
        this.signal('SIGKILL');
        throw new Error(`never said ${String(words)}:\n${this.output}`);
      }
      await sleep(20);
    }
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** The exit code once it has ended. */
  async ended(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
    return this.child.exitCode;
  }

  async stop(): Promise<number | null> {
    this.signal('SIGTERM');
    return this.ended();
  }
}

/** Below those that the system gives to connections: one of these would be taken before the test uses it. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
