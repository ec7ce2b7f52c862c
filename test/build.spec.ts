import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { replaceFolder } from '../scripts/replace-folder';

/** Reads two files again and again until its input ends, and prints what was missing. */
const READER = `
  const { readFileSync } = require('node:fs');
  let [reads, missing, isOver] = [0, 0, false];
  process.stdin.resume().on('end', () => (isOver = true));
  const read = () => {
    for (let round = 0; round < 100; round++)
      for (const name of ['main.js', 'access/index.js'])
        try { readFileSync(process.argv[1] + '/' + name); reads++; } catch { missing++; }
    if (isOver) console.log(JSON.stringify({ missing, enough: reads > 1000 }));
    else setImmediate(read);
  };
  console.log('ready');
  read();`;

describe('a build', () => {
  const root = mkdtempSync(join(tmpdir(), 'gatehouse-build-'));
  const dist = join(root, 'dist');

  afterAll(() => rmSync(root, { recursive: true }));

  const build = (files: Record<string, string>) => {
    const fresh = mkdtempSync(join(root, 'fresh-'));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(fresh, name)), { recursive: true });
      writeFileSync(join(fresh, name), text);
    }
    replaceFolder(fresh, dist, ['main.js']);
    rmSync(fresh, { recursive: true });
  };
  const filesOf = () =>
    readdirSync(dist, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
      .toSorted();

  it('leaves what it has made, and nothing of the build before but the folder of a build under way', () => {
    mkdirSync(join(dist, '.build-1/out'), { recursive: true });
    writeFileSync(join(dist, '.build-1/out/other.js'), '');
    build({
      'main.js': '1',
      'access/index.js': '1',
      'gone.js': '1',
      'was-folder/a.js': '1',
      'was-file': '1',
    });
    build({ 'main.js': '2', 'access/index.js': '2', 'was-folder': '2', 'was-file/b.js': '2' });
    expect(filesOf()).toEqual(['b.js', 'index.js', 'main.js', 'other.js', 'was-folder']);
    expect(readFileSync(join(dist, 'main.js'), 'utf8')).toBe('2');
  });

  it('takes no module from an application that starts meanwhile', async () => {
    const reader = spawn(process.execPath, ['-e', READER, dist], { stdio: ['pipe', 'pipe', 'inherit'] });
    const said: string[] = [];
    reader.stdout.on('data', (chunk) => said.push(String(chunk)));
    await once(reader.stdout, 'data');
    for (let round = 0; round < 100; round++) build({ 'main.js': 'x', 'access/index.js': 'x' });
    reader.stdin.end();
    await once(reader, 'close');
    expect(JSON.parse(said.join('').split('\n')[1] ?? '')).toEqual({ missing: 0, enough: true });
  });

  it('is the only way in which `dist` is written', () => {
    const { scripts } = JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    expect(scripts.build).toBe('node scripts/build.js');
    expect(readFileSync(join(__dirname, '../nest-cli.json'), 'utf8')).not.toContain('deleteOutDir');
  });
});
