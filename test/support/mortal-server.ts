import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedServer } from '../../src/platform/embedded-postgres';
import type { TestDatabase } from './database';

/** A database on a server of the test's own, which may die and rise again, on another port each time. */
export class MortalServer implements TestDatabase {
  private constructor(
    private readonly dataDir: string,
    private server: EmbeddedServer,
  ) {}

  static async start(): Promise<MortalServer> {
    const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-mortal-'));
    chmodSync(dataDir, 0o755);
    return new MortalServer(dataDir, await serverOf(dataDir));
  }

  get url(): string {
    return this.server.url;
  }

  /** @param signal SIGINT ends all connections and shuts it down, SIGKILL leaves it no time for anything */
  async die(signal: NodeJS.Signals): Promise<void> {
    const file = join(this.server.directory, 'postmaster.pid');
    const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
    process.kill(pid, signal);
    while (isAlive(pid)) await sleep(10);
  }

  async rise(): Promise<void> {
    await this.server.stop();
    this.server = await serverOf(this.dataDir);
  }

  /** As a server that follows another one: it answers, and takes no writes until it is promoted. */
  async riseAsStandby(): Promise<void> {
    writeFileSync(join(this.server.directory, 'standby.signal'), '');
    chmodSync(join(this.server.directory, 'standby.signal'), 0o644);
    await this.rise();
  }

  async drop(): Promise<void> {
    await this.server.stop();
    rmSync(this.server.directory, { recursive: true, force: true });
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

const serverOf = async (dataDir: string) => EmbeddedServer.start({ dataDir, settings: { fsync: 'off' } });

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
