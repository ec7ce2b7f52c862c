import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readVariables } from './environment-files';
import { storePublicUrl } from './public-url-file';

describe('the settings of a folder', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-env-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (name: string, text: string) => writeFileSync(join(folder, name), text, { mode: 0o644 });

  it('are those of the process over .env.local over .env', () => {
    write('.env', 'A=committed\nB=committed\nC=committed\n');
    write('.env.local', 'A=local\nB=local\nAUTH_SECRET=x\n');
    expect(readVariables({ A: 'process' }, folder).variables).toMatchObject({
      A: 'process',
      B: 'local',
      C: 'committed',
    });
  });

  it('are those of the process alone in production', () => {
    write('.env', 'APP_NAME=Development\n');
    write('.env.local', 'AUTH_SECRET=x\n');
    const variables = { NODE_ENV: 'production', PORT: '80' };
    expect(readVariables(variables, folder)).toEqual({ variables, committed: [] });
  });

  it('are so also where a shell left white space behind the word production', () => {
    write('.env', 'APP_NAME=Development\n');
    const { variables } = readVariables({ NODE_ENV: 'production ' }, folder);
    expect(variables.APP_NAME).toBeUndefined();
    expect(readdirSync(folder)).toEqual(['.env']);
  });

  it.each(['.env', '.env.local'])('take the mode from the process, not from %s', (file) => {
    write(file, 'NODE_ENV=production\n');
    const { variables } = readVariables({ AUTH_SECRET: 'x' }, folder);
    expect(variables.NODE_ENV).toBe('development');
    expect(readVariables({ NODE_ENV: 'test' }, folder).variables.NODE_ENV).toBe('test');
  });

  it.each([
    ['in production', { NODE_ENV: 'production' }],
    ['in tests', { NODE_ENV: 'test' }],
    ['where the process has one', { AUTH_SECRET: 'given' }],
  ])('get no AUTH_SECRET made %s', (_, variables) => {
    expect(readVariables(variables, folder).variables).toMatchObject(variables);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('the address of the links that a command prints', () => {
  const read = (variables: object, folder: string) =>
    readVariables({ AUTH_SECRET: 'x', ...variables }, folder, undefined, true).variables.PUBLIC_URL;

  it('is that of the application, which was started with another PORT, in development', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-env-'));
    writeFileSync(join(folder, '.env'), 'PORT=3000\n');
    expect(read({}, folder)).toBeUndefined();
    storePublicUrl(join(folder, 'data'), 'http://localhost:3001');
    expect(read({}, folder)).toBe('http://localhost:3001');
    expect(read({ DATA_DIR: join(folder, 'data') }, folder)).toBe('http://localhost:3001');
    expect(read({ DATA_DIR: join(folder, 'other') }, folder)).toBeUndefined();
    expect(read({ PORT: '3002' }, folder)).toBeUndefined();
    expect(read({ PUBLIC_URL: 'http://localhost:1' }, folder)).toBe('http://localhost:1');
    expect(read({ NODE_ENV: 'production' }, folder)).toBeUndefined();
    expect(readVariables({ AUTH_SECRET: 'x' }, folder).variables.PUBLIC_URL).toBeUndefined();
    rmSync(folder, { recursive: true });
  });
});

describe('the AUTH_SECRET of a first start', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-env-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const path = () => join(folder, '.env.local');
  const secretOf = (variables = {}) => readVariables(variables, folder).variables.AUTH_SECRET;

  it('is 32 random bytes, kept for this account alone', () => {
    const secret = secretOf() ?? '';
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(readFileSync(path(), 'utf8')).toContain(`AUTH_SECRET=${secret}\n`);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['.env.local']);
  });

  it('is made once and kept', () => {
    const secret = secretOf();
    const { mtimeMs } = statSync(path());
    expect(secretOf()).toBe(secret);
    expect(statSync(path()).mtimeMs).toBe(mtimeMs);
  });

  it.each([[''], [undefined]])('is the kept one also where the process has it as %j', (AUTH_SECRET) => {
    const secret = secretOf();
    expect(secretOf({ AUTH_SECRET })).toBe(secret);
  });

  it('is made for a mode that was left empty, which is development', () => {
    expect(secretOf({ NODE_ENV: '' })).toBeDefined();
  });

  it('is the kept one in a file that another editor marked as UTF-8', () => {
    const text = `\ufeffAUTH_SECRET=${'a'.repeat(64)}\r\nPORT=8080\r\n`;
    writeFileSync(path(), text);
    expect(readVariables({}, folder).variables).toMatchObject({ AUTH_SECRET: 'a'.repeat(64), PORT: '8080' });
    expect(readFileSync(path(), 'utf8')).toBe(text);
  });

  it('is not added to a file of UTF-16, which is refused in words that help', () => {
    const bytes = Buffer.from(`\ufeffAUTH_SECRET=${'a'.repeat(64)}\r\n`, 'utf16le');
    writeFileSync(path(), bytes);
    expect(() => secretOf()).toThrow(/^\.env\.local is not a UTF-8 file\.\n {2}→ save it as UTF-8$/);
    expect(readFileSync(path())).toEqual(bytes);
  });

  it.each([
    ['with a line break at its end', 'PORT=8080\n'],
    ['without one', 'PORT=8080'],
    ['with the secret left empty', 'PORT=8080\nAUTH_SECRET=\n'],
    ['that is empty', ''],
  ])('is added to a file %s, which keeps what it says', (_, text) => {
    writeFileSync(path(), text);
    const { AUTH_SECRET, PORT } = readVariables({}, folder).variables;
    expect(Buffer.from(AUTH_SECRET ?? '', 'base64url')).toHaveLength(32);
    expect(PORT).toBe(text === '' ? undefined : '8080');
    expect(readFileSync(path(), 'utf8').startsWith(text)).toBe(true);
    expect(secretOf()).toBe(AUTH_SECRET);
  });

  it('leaves a file that others can read with them no more', () => {
    writeFileSync(path(), 'PORT=8080\n');
    chmodSync(path(), 0o644);
    secretOf();
    expect(statSync(path()).mode & 0o077).toBe(0);
  });
});
