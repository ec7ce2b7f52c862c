import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { chmodSync, chownSync, cpSync } from 'node:fs';
import { join } from 'node:path';
import { locateCluster } from '../../src/platform/embedded-postgres/cluster-location';
import { startServer } from '../../src/platform/embedded-postgres/postmaster';
import {
  asRoot,
  settings,
  folder,
  dataDir,
  start,
  startRefused,
  query,
  findUnreachableBinaries,
  outsideHome,
  useEmptyFolder,
} from '../support/embedded';

describe('root', () => {
  asRoot('where only root may enter, the cluster lives under /var/lib/gatehouse', async () => {
    chmodSync(folder, 0o700);
    useEmptyFolder();
    const lines: string[] = [];
    const server = await start({ log: (line) => lines.push(line) });
    const home = outsideHome();
    try {
      expect(server.directory).toBe(join(home, 'postgres'));
      expect(lines.join('\n')).toContain(home);
      await query(server.url, 'create table kept as select 7 as number');
      await server.stop();

      const next = await start();
      expect(await query(next.url, 'select number from kept')).toEqual([{ number: 7 }]);
      await next.stop();

      const copy = join(folder, 'copy');
      cpSync(dataDir, copy, { recursive: true });
      expect((await startRefused({ dataDir: copy })).message).toContain('is a copy of');
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
    expect((await startRefused()).message).toContain(home);
  });

  asRoot('binaries that the account cannot reach are copied, once per version', async () => {
    await (await start()).stop();
    const place = await locateCluster(dataDir);
    const outdated = join(folder, 'postgres-binaries-17.0.0');
    mkdirSync(outdated);

    const copied = await findUnreachableBinaries(folder, place.user);
    expect(copied.pgCtl).toMatch(/postgres-binaries-18[^/]*\/native\/bin\/pg_ctl$/);
    expect(copied.pgCtl.startsWith(folder)).toBe(true);
    expect(existsSync(outdated)).toBe(false);
    const made = statSync(copied.pgCtl).ino;
    expect(await findUnreachableBinaries(folder, place.user)).toEqual(copied);
    expect(statSync(copied.pgCtl).ino).toBe(made);

    await startServer(place, copied, settings);
    expect((await start()).adopted).toBe(true);
  });

  asRoot('a copy in a folder whose name PostgreSQL cannot handle is refused', async () => {
    const awkward = join(folder, '$HOME');
    await expect(findUnreachableBinaries(awkward, (await locateCluster(dataDir)).user)).rejects.toThrow(
      /has a character/,
    );
  });

  asRoot('a cluster that was handed to root is refused with the cure', async () => {
    const server = await start();
    await server.stop();
    const { uid, gid } = statSync(server.directory);
    chownSync(server.directory, 0, 0);
    const { message } = await startRefused();
    chownSync(server.directory, uid, gid);
    expect(message).toMatch(/belongs to root.*chown -R postgres/);
  });
});
