import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { minifySync } from '@swc/core';
import { startApp, type TestApp } from '../kit';

const CLIENT = join(__dirname, '../../client');
const FETCH = join(CLIENT, 'node_modules/openapi-fetch/dist/index.mjs');
const WEBAUTHN = join(CLIENT, 'node_modules/@simplewebauthn/browser/esm');
const README = readFileSync(join(CLIENT, 'README.md'), 'utf8');
const [, TEN_LINES = ''] = /```ts\n([^]*?)```/.exec(README) ?? [];

const execute = promisify(execFile);
const read = (...path: string[]) => readFileSync(join(CLIENT, ...path), 'utf8');
const run = (file: string, ...parameters: string[]) =>
  execFileSync(process.execPath, [join(CLIENT, 'node_modules', file), ...parameters], {
    cwd: CLIENT,
    encoding: 'utf8',
  });
/** The minified and compressed size in bytes. */
const weightOf = (files: readonly string[]) => {
  const code = files
    .map((file) => minifySync(file, { module: true, compress: true, mangle: true }).code)
    .join('\n');
  return { minified: code.length, gzipped: gzipSync(code).length };
};

/** The modules of the build that an entry loads. */
function modulesOf(entry: string, found: string[] = []): string[] {
  if (found.includes(entry)) return found;
  found.push(entry);
  for (const [, name = ''] of read('dist', entry).matchAll(/from ["']\.\/([^"']+)["']/g))
    modulesOf(name, found);
  return found;
}

describe('the package of the client', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-package-'));

  afterAll(() => rmSync(folder, { recursive: true }));

  it('is generated from the current document (npm run client:generate)', () => {
    const fresh = join(folder, 'openapi.ts');
    const option = '--default-non-nullable=false';
    run('openapi-typescript/bin/cli.js', '../openapi.json', option, '--output', fresh);
    expect(readFileSync(fresh, 'utf8') === read('src/generated/openapi.ts')).toBe(true);
  });

  it('names exact versions, the same as the project where both have one', () => {
    const own = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
    const { devDependencies } = JSON.parse(read('../package.json')) as Record<string, Record<string, string>>;
    const versions = Object.values({ ...own.dependencies, ...own.devDependencies });
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
    for (const [name, version] of Object.entries(own.dependencies ?? {}))
      expect([name, devDependencies?.[name]]).toEqual([name, version]);
    expect(read('package-lock.json')).not.toContain('"resolved"');
  });

  it('has no side effects, no default export, and no file over 200 lines', () => {
    expect(JSON.parse(read('package.json'))).toMatchObject({ type: 'module', sideEffects: false });
    const files = readdirSync(join(CLIENT, 'src')).filter((name) => name.endsWith('.ts'));
    expect(files.length).toBeGreaterThan(5);
    for (const name of files) {
      const text = read('src', name);
      expect(text).not.toMatch(
        /export default|\bany\b(?= *[;,)>\]|])|@ts-|\w!\.|oxlint-|localStorage|sessionStorage|indexedDB/,
      );
      expect([name, text.trimEnd().split('\n').length <= 200]).toEqual([name, true]);
    }
  });

  it('is built before it is packed, with its licence', () => {
    const clone = join(folder, 'clone');
    const isSource = (path: string) => !/[\\/]client[\\/](node_modules|dist)$/.test(path);
    cpSync(CLIENT, clone, { recursive: true, filter: isSource });
    symlinkSync(join(CLIENT, 'node_modules'), join(clone, 'node_modules'), 'junction');
    execFileSync('npm', ['pack', '--pack-destination', folder], { cwd: clone, stdio: 'pipe' });
    const archive = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
    const listed = execFileSync('tar', ['-tzf', join(folder, archive)], { encoding: 'utf8' }).split('\n');
    const names = ['LICENSE', 'README.md', 'package.json', 'dist/index.js', 'dist/index.d.ts'];
    expect(listed).toEqual(expect.arrayContaining(names.map((name) => `package/${name}`)));
    expect(read('LICENSE')).toBe(read('../LICENSE'));
  });

  it('may be published, and starts with the version of the application', () => {
    const { private: isPrivate, version } = JSON.parse(read('package.json')) as Record<string, unknown>;
    expect(isPrivate).toBeUndefined();
    expect(version).toBe((JSON.parse(read('../package.json')) as Record<string, unknown>).version);
  });

  it('is small, and loads nothing of passkeys before they are used', () => {
    const own = modulesOf('index.js');
    const passkeys = modulesOf('passkeys.js').filter((name) => !own.includes(name));
    expect(own).toContain('second-step.js');
    expect(own).not.toContain('ceremony.js');
    const library = readdirSync(WEBAUTHN, { recursive: true, encoding: 'utf8' });
    const webauthn = library.filter((name) => name.endsWith('.js')).map((name) => join(WEBAUTHN, name));
    const sources = (names: readonly string[]) => names.map((name) => read('dist', name));
    const sizes = {
      client: weightOf(sources(own)),
      withDependency: weightOf([...sources(own), readFileSync(FETCH, 'utf8')]),
      passkeys: weightOf(sources(passkeys)),
      library: weightOf(webauthn.map((file) => readFileSync(file, 'utf8'))),
    };
    process.stdout.write(`the client: ${JSON.stringify(sizes)}\n`);
    expect(sizes.client.gzipped).toBeLessThan(6_000);
    expect(sizes.withDependency.gzipped).toBeLessThan(9_000);
    expect(sizes.passkeys.gzipped).toBeLessThan(3_000);
    expect(sizes.library.gzipped).toBeLessThan(8_000);
  });
});

describe('the ten lines of its README', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });

  afterAll(async () => app.close());

  it('compile strictly in an installed package', () => {
    const file = join(CLIENT, `dist/readme-${process.pid}.ts`);
    writeFileSync(file, TEN_LINES);
    const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', '--skipLibCheck'];
    try {
      expect(run('typescript/bin/tsc', ...options, file)).toBe('');
    } finally {
      rmSync(file);
    }
  });

  it('are ten, sign in and read', async () => {
    expect(TEN_LINES.split('\n').filter((line) => line !== '')).toHaveLength(10);
    const person = { email: 'ada@example.com', password: 'teal otters juggle 7 lanterns' };
    await app.api.post('/v1/auth/register', { json: person });
    const code = TEN_LINES.replace('http://localhost:3000', app.api.url);
    const { stdout } = await execute(process.execPath, ['--input-type=module', '-e', code], { cwd: CLIENT });
    expect(stdout).toBe('Signed in as ada@example.com\n');
  });
});
