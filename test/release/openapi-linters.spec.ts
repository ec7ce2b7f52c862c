import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTool } from '../support/outside-tools';

const ROOT = join(__dirname, '../..');
const SPECTRAL = ['--ruleset', '.ci/openapi/spectral.yaml', '--fail-severity', 'hint', '--quiet'];
const REDOCLY = ['--config', '.ci/openapi/redocly.yaml', '--format', 'stylish'];

describe('openapi.json', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-openapi-'));

  afterAll(() => rmSync(folder, { recursive: true }));

  it('passes redocly without a warning', async () => {
    const printed = await runTool('redocly', ['lint', 'openapi.json', ...REDOCLY], ROOT);
    expect(printed).toContain('Your API description is valid');
    expect(printed).not.toMatch(/\bwarnings?\b/);
  });

  it('passes the oas ruleset of spectral without a hint', async () => {
    await expect(runTool('spectral', ['lint', 'openapi.json', ...SPECTRAL], ROOT)).resolves.not.toMatch(
      /\d+ problem/,
    );
  });

  it.each([
    ['an example that violates its schema', '"status": 401,\n', '"status": 402,\n'],
    ['a reference that leads nowhere', '/LoginRequest"', '/LogonRequest"'],
  ])('fails both linters with %s', async (_, right, wrong) => {
    const document = readFileSync(join(ROOT, 'openapi.json'), 'utf8');
    expect(document).toContain(right);
    const file = join(folder, 'openapi.json');
    writeFileSync(file, document.replace(right, wrong));
    await expect(runTool('redocly', ['lint', file, ...REDOCLY], ROOT)).rejects.toThrow(/error|warning/);
    await expect(runTool('spectral', ['lint', file, ...SPECTRAL], ROOT)).rejects.toThrow(/error|warning/);
  });
});
