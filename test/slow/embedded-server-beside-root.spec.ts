import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { chmodSync, chownSync, linkSync, lstatSync, renameSync, symlinkSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readInCluster } from '../../src/platform/embedded-postgres/cluster-file';
import { initialise } from '../../src/platform/embedded-postgres/cluster-init';
import { locateCluster } from '../../src/platform/embedded-postgres/cluster-location';
import { folderFor } from '../../src/platform/embedded-postgres/data-folder';
import { findRunning } from '../../src/platform/embedded-postgres/postmaster';
import {
  children,
  asRoot,
  folder,
  dataDir,
  start,
  startRefused,
  contents,
  record,
  useEmptyFolder,
} from '../support/embedded';
import { startRogue } from '../support/rogue-server';

describe('an account that root starts beside', () => {
  const NOBODY = 65534;

  /** A file that only root may read, in a folder that only root may change. */
  function secretOfRoot(): string {
    const path = join(folder, 'secret');
    writeFileSync(path, 'of root', { mode: 0o600 });
    return path;
  }

  asRoot('finds nothing of root in a DATA_DIR that it owns', async () => {
    useEmptyFolder();
    mkdirSync(dataDir);
    chownSync(dataDir, NOBODY, NOBODY);
    const lines: string[] = [];
    const server = await start({ log: (line) => lines.push(line) });
    const standIn = join(server.directory, '..');
    try {
      expect(standIn).toMatch(/^\/var\/lib\/gatehouse\/[0-9a-f]{16}$/);
      expect(statSync(standIn)).toMatchObject({ uid: 0, mode: 0o40755 });
      expect(statSync(join(standIn, 'postgres.json'))).toMatchObject({ uid: 0, mode: 0o100600 });
      expect(lines.join('\n')).toContain(`Another account can change ${dataDir}`);
      await server.stop();
    } finally {
      rmSync(standIn, { recursive: true, force: true });
    }
    expect(contents()).toEqual([]);
    writeFileSync(join(dataDir, 'postgres.json'), '{}');
    expect((await startRefused()).message).toContain("is another account's");
  });

  const openings: Record<string, (path: string) => void> = {
    'a folder above it': (path) => chownSync(path, NOBODY, NOBODY),
    'a folder above it that everybody may write to': (path) => chmodSync(path, 0o777),
    'a link on the way': (path) => {
      renameSync(path, `${path}-away`);
      symlinkSync(`${path}-away`, path);
      spawnSync('chown', ['-h', String(NOBODY), path]);
    },
    'the place that a link of root leads to': (path) => {
      renameSync(path, `${path}-away`);
      chownSync(`${path}-away`, NOBODY, NOBODY);
      symlinkSync(`${path}-away`, path);
    },
  };
  for (const [opening, open] of Object.entries(openings)) {
    asRoot(`does not get root into DATA_DIR by way of ${opening}`, async () => {
      mkdirSync(join(folder, 'above'));
      const untouched = join(folder, 'above', 'data');
      expect(await folderFor(untouched, () => undefined)).toBe(untouched);
      rmSync(untouched, { recursive: true });
      open(join(folder, 'above'));
      const standIn = await folderFor(untouched, () => undefined);
      rmSync(standIn, { recursive: true });
      expect(standIn).toMatch(/^\/var\/lib\/gatehouse\//);
      expect(existsSync(untouched)).toBe(false);
    });
  }

  asRoot('has root neither write nor read elsewhere through the files of its cluster', async () => {
    const { directory } = await start().then(async (server) => server.stop().then(() => server));
    const secret = secretOfRoot();
    const { uid, gid } = statSync(directory);
    const plants: Record<string, (path: string) => void> = {
      link: (path) => symlinkSync(secret, path),
      'hard link': (path) => linkSync(secret, path),
      'file of another account': (path) => writeFileSync(path, `${process.pid}\n\n\n5433\n`),
      pipe: (path) => {
        spawnSync('mkfifo', [path]);
        chownSync(path, uid, gid);
      },
    };
    for (const [what, plant] of Object.entries(plants)) {
      for (const name of ['postmaster.pid', 'server.log']) {
        const path = join(directory, name);
        rmSync(path, { force: true });
        plant(path);
        const outcome = name === 'server.log' ? readInCluster(directory, name) : startRefused();
        const said = await outcome.then(String, String);
        rmSync(path);
        expect([what, said]).toEqual([what, expect.stringContaining(`${path} is not a plain file`)]);
      }
    }
    expect(readFileSync(secret, 'utf8')).toBe('of root');
    expect(statSync(secret)).toMatchObject({ uid: 0, mode: 0o100600 });
  });

  asRoot('leads root nowhere while it makes the cluster', async () => {
    useEmptyFolder();
    mkdirSync(dataDir);
    const secret = secretOfRoot();
    const hostile = join(folder, 'initdb');
    const attack = [
      'for word; do [ "$before" = -D ] && draft=$word; before=$word; done',
      `ln -s "${folder}" "$draft/link"`,
      'for path in "$draft" "$draft/../password" "$draft/.."; do mv "$path" "$draft/../../away" && echo swapped; done',
      `ln -s "${secret}" "$draft/../other" && echo planted`,
      'exit 1',
    ].join('\n');
    writeFileSync(hostile, `#!/bin/sh\nexec 2>/dev/null\n${attack}\n`, { mode: 0o755 });
    const place = await locateCluster(dataDir);
    const outcome = await initialise(place, { initdb: hostile, pgCtl: hostile }, false).catch(String);
    expect(outcome).toContain('initdb failed');
    expect(outcome).not.toMatch(/swapped|planted/);
    expect(contents()).toEqual(['postgres.json']);
    expect(lstatSync(secret)).toMatchObject({ uid: 0, mode: 0o100600 });
  });

  asRoot('cannot pass for the server with its process number and name', async () => {
    const server = await start();
    await server.stop();
    const rogue = await startRogue([['R', 3]]);
    const name = `gatehouse-${String(record()['id'])}`;
    const options = { uid: NOBODY, gid: NOBODY, cwd: '/' };
    const impostor = spawn('/bin/sh', ['-c', 'read line', name], options);
    children.push(impostor);
    const file = join(server.directory, 'postmaster.pid');
    writeFileSync(file, `${impostor.pid}\n${server.directory}\n0\n${rogue.port}\n`);
    const { uid, gid } = statSync(server.directory);
    chownSync(file, uid, gid);
    const found = await findRunning(await locateCluster(dataDir));
    rmSync(file);
    rogue.stop();
    expect(found).toBeNull();
    expect(rogue.heard()).toBe('');
  });
});
