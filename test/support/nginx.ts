import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Api } from './api';
import { freePort } from './process';

const PAGE = join(__dirname, '../../docs/operations.md');

// Debian keeps it where only root's PATH leads.
const PATH = [process.env.PATH, '/usr/local/sbin', '/usr/sbin'].join(':');

// One process in the foreground, under the account of the tests, that writes only to its own folder.
const AROUND = (server: string) => `
daemon off;
master_process off;
pid nginx.pid;
error_log stderr info;
events {}
http {
  log_format tries '$request_method $uri $status $upstream_status';
  access_log access.log tries;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  ${server}
}
`;

/** An nginx of this test's own, with a port of its own. */
export class Nginx {
  readonly api: Api;
  output = '';
  private readonly folder = mkdtempSync(join(tmpdir(), 'gatehouse-nginx-'));
  private readonly child: ChildProcess;

  private constructor(
    readonly port: number,
    server: string,
  ) {
    this.api = new Api(`http://127.0.0.1:${port}`);
    // Byte for byte: a test may want headers that are no UTF-8.
    writeFileSync(join(this.folder, 'nginx.conf'), AROUND(server), 'latin1');
    const args = ['-e', 'stderr', '-p', this.folder, '-c', 'nginx.conf'];
    this.child = spawn('nginx', args, { env: { PATH }, stdio: ['ignore', 'ignore', 'pipe'] });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
  }

  /** The one that docs/operations.md describes, before instances on these ports of this machine. */
  static async before(instances: readonly number[]): Promise<Nginx> {
    return Nginx.with((port) => documented(port, instances));
  }

  /** @param configure what stands in its `http` block; it must listen on the port */
  static async with(configure: (port: number) => string): Promise<Nginx> {
    if (spawnSync('nginx', ['-v'], { env: { PATH } }).error)
      throw new Error(`nginx is not there: install it (on Debian: apt-get install nginx)`);
    const port = await freePort();
    const nginx = new Nginx(port, configure(port));
    await nginx.listens();
    return nginx;
  }

  /** How many requests it tried on more than one instance. */
  get passedOn(): number {
    return this.log().match(/, \d+$/gm)?.length ?? 0;
  }

  log(name = 'access.log'): string {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  async stop(): Promise<void> {
    const ended = this.hasEnded ? undefined : once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
    rmSync(this.folder, { recursive: true });
  }

  private get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  private async listens(): Promise<void> {
    while (!(await this.accepts())) {
      if (this.hasEnded) throw new Error(`nginx ended:\n${this.output}`);
      await sleep(20);
    }
  }

  private async accepts(): Promise<boolean> {
    const socket = connect(this.port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return true;
    } catch {
      return false;
    } finally {
      socket.destroy();
    }
  }
}

/** The configuration of the page, word for word but for where nginx listens and where the instances are. */
function documented(port: number, instances: readonly number[]): string {
  const [, snippet = ''] = /```nginx\n([^]*?)```/.exec(readFileSync(PAGE, 'utf8')) ?? [];
  const ports = [...instances];
  const placed = snippet
    .replace(/(?<=^\s*listen )[^;]+/m, `127.0.0.1:${port}`)
    .replace(/(?<=^\s*server )10\.0\.0\.\d+:3000/gm, () => `127.0.0.1:${ports.shift()}`);
  if (ports.length > 0 || /undefined|10\.0\.0/.test(placed) || !placed.includes(`:${port};`))
    throw new Error(`the nginx block of ${PAGE} is not of ${instances.length} instances:\n${snippet}`);
  return placed;
}
