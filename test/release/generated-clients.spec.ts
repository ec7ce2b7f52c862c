import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PASSWORD, startApp, type TestApp } from '../support/app';
import { GENERATED } from './generated-clients';
import { runTool } from '../support/outside-tools';

const STRICTLY = ['--strict', '--noUncheckedIndexedAccess', '--skipLibCheck', 'false'];
const AS = [
  '--target',
  'es2022',
  '--lib',
  'es2023,dom,dom.iterable',
  '--module',
  'commonjs',
  '--moduleResolution',
  'node10',
];

const run = promisify(execFile);

describe.each(GENERATED)('a client that $tool generates', ({ tool, args, files, program }) => {
  let app: TestApp;
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-client-'));

  beforeAll(async () => {
    app = await startApp();
  });

  afterAll(async () => {
    await app.close();
    rmSync(folder, { recursive: true });
  });

  it('is made without a warning, compiles strictly and calls the application', async () => {
    copyFileSync(join(__dirname, '../../openapi.json'), join(folder, 'openapi.json'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text(app.api.url));
    writeFileSync(join(folder, 'program.ts'), program);
    expect(await runTool(tool, args, folder)).not.toMatch(/\bwarn|deprecated|\berror/i);
    await runTool('tsc', [...STRICTLY, ...AS, '--outDir', 'out', 'program.ts'], folder);
    const env = { ...process.env, BASE: app.api.url, EMAIL: `${tool}@example.com`, PASSWORD };
    const { stdout } = await run(process.execPath, [join(folder, 'out/program.js')], { env });
    expect(JSON.parse(stdout)).toEqual({
      email: `${tool}@example.com`,
      code: 'invalid-credentials',
      pointers: ['/email'],
    });
  });
});
