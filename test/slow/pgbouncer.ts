import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../support/process';

// Debian keeps it where only root's PATH leads.
const PATH = [process.env.PATH, '/usr/local/sbin', '/usr/sbin'].join(':');

/** A PgBouncer of this test's own before a server, with its defaults but for the settings named. */
export class PgBouncer {
  private readonly folder = mkdtempSync(join(tmpdir(), 'gatehouse-pgbouncer-'));
  private readonly child: ChildProcess;
  private output = '';

  private constructor(
    private readonly target: URL,
    private readonly port: number,
    settings: Readonly<Record<string, string>>,
  ) {
    const { hostname, port: serverPort, username, password } = target;
    const server = { host: hostname, port: serverPort || '5432', user: username, password };
    const own = {
      listen_addr: '127.0.0.1',
      listen_port: String(port),
      unix_socket_dir: '',
      auth_type: 'any',
    };
    const file = join(this.folder, 'pgbouncer.ini');
    const config = `[databases]\n* = ${pairs(server, ' ')}\n[pgbouncer]\n${pairs({ ...own, ...settings }, '\n')}\n`;
    writeFileSync(file, config);
    chmodSync(this.folder, 0o755);
    // It refuses to run as root.
    const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
    this.child = spawn('pgbouncer', [...user, file], { env: { PATH }, stdio: ['ignore', 'ignore', 'pipe'] });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
  }

  static async before(
    databaseUrl: string,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<PgBouncer> {
    if (spawnSync('pgbouncer', ['--version'], { env: { PATH } }).error)
      throw new Error('pgbouncer is not there: install it (on Debian: apt-get install pgbouncer)');
    const pooler = new PgBouncer(new URL(databaseUrl), await freePort(), settings);
    await pooler.listens();
    return pooler;
  }

  /** The URL of the database through it. */
  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${this.port}`;
    return url.href;
  }

  async stop(): Promise<void> {
    const ended = this.hasEnded ? undefined : once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
    rmSync(this.folder, { recursive: true });
  }

  private get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  private async listens(): Promise<void> {
    while (!(await accepts(this.port))) {
      if (this.hasEnded) throw new Error(`pgbouncer did not start:\n${this.output}`);
      await sleep(20);
    }
  }
}

const pairs = (values: Readonly<Record<string, string>>, between: string) =>
  Object.entries(values)
    .map(([name, value]) => `${name} = ${value}`)
    .join(between);

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
