import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedServer } from '../../src/platform/embedded-postgres';
import { Api, BY_HTTPS } from './api';
import { type Ended, runCommand } from './command';
import { BuiltProcess, freePort } from './process';
import { NO_SMTP } from './settings';
import { TEAM_SETTINGS } from './team-settings';

// Cost 4 is bcrypt's lowest. The issuer is the same for all instances, whatever their ports.
const SETTINGS = {
  ...TEAM_SETTINGS,
  PUBLIC_URL: 'https://auth.example.test',
  BCRYPT_COST: '4',
  REQUIRE_VERIFIED_EMAIL: 'false',
  RATE_LIMITS: 'off',
  SMTP_URL: NO_SMTP,
  MAIL_FROM: 'Gatehouse <no-reply@example.test>',
};

/** The built application as a process that serves on a port of its own. */
export class Instance extends BuiltProcess {
  readonly api: Api;

  constructor(
    folder: string,
    readonly port: number,
    env: Record<string, string>,
  ) {
    // Production does not start without limits.
    const limits = env.NODE_ENV === 'production' ? { RATE_LIMITS: 'on' } : {};
    super(folder, { ...SETTINGS, ...limits, ...env, PORT: String(port) });
    this.api = new Api(`http://127.0.0.1:${port}`, env.NODE_ENV === 'production' ? BY_HTTPS : {});
  }

  async serves(): Promise<this> {
    await this.says('listening on');
    return this;
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended();
  }
}

/** An empty folder to start instances in; they share its secret and, without a DATABASE_URL, its embedded server. */
export class Home {
  readonly folder = mkdtempSync(join(tmpdir(), 'gatehouse-home-'));
  private readonly instances: Instance[] = [];

  constructor() {
    // Started by root, the server runs as another account, which needs access.
    chmodSync(this.folder, 0o755);
  }

  /** Spawns one without waiting for what becomes of it; on a free port, unless one is named. */
  async launch(env: Record<string, string> = {}, port?: number): Promise<Instance> {
    const instance = new Instance(this.folder, port ?? (await freePort()), env);
    this.instances.push(instance);
    return instance;
  }

  async start(env: Record<string, string> = {}, port?: number): Promise<Instance> {
    return (await this.launch(env, port)).serves();
  }

  /** Runs a command with the settings of an instance. */
  async run(env: Record<string, string>, args: readonly string[], input = ''): Promise<Ended> {
    return runCommand(this.folder, { ...SETTINGS, ...env }, args, input);
  }

  /** For a connection to the embedded server's database, and its process number. */
  server(): { url: string; pid: number } {
    const { id, outside, password } = JSON.parse(readFileSync(this.record, 'utf8')) as {
      id: string;
      outside: boolean;
      password: string;
    };
    const cluster = join(outside ? `/var/lib/gatehouse/${id}` : this.dataDir, 'postgres');
    const [pid, , , port] = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    return { url: `postgres://gatehouse:${password}@127.0.0.1:${port}/gatehouse`, pid: Number(pid) };
  }

  /** Ends whatever a test left running, and removes it all. */
  async clear(): Promise<void> {
    for (const instance of this.instances) await instance.kill();
    if (existsSync(this.record)) {
      const server = await EmbeddedServer.start({ dataDir: this.dataDir });
      await server.stop();
      rmSync(server.directory, { recursive: true });
    }
    rmSync(this.folder, { recursive: true });
  }

  private get dataDir(): string {
    return join(this.folder, 'data');
  }

  private get record(): string {
    return join(this.dataDir, 'postgres.json');
  }
}
