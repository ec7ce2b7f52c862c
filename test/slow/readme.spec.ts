import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase, type TestDatabase } from '../support/database';
import { BuiltProcess, freePort } from '../support/process';

const README = readFileSync(join(__dirname, '../../README.md'), 'utf8');
const CLI = join(__dirname, '../../dist/cli.js');
const MASKS: [RegExp, string][] = [[/localhost:\d+\/account#token=in_\S+/g, '<link>']];

interface Step {
  readonly command: string;
  readonly output: string;
}

/** The commands of the README with the outputs that it shows. */
function transcript(): Step[] {
  const blocks = [...README.matchAll(/```console\n([^]*?)```/g)].map(([, block = '']) => block);
  return blocks
    .flatMap((block) => block.split(/^\$ /m).slice(1))
    .map((step) => {
      const [command = '', ...output] = step.trimEnd().split('\n');
      return { command, output: output.join('\n') };
    });
}

const masked = (text: string) => MASKS.reduce((rest, [pattern, mask]) => rest.replace(pattern, mask), text);

describe('the README', () => {
  let app: BuiltProcess;
  let database: TestDatabase;
  let port: number;
  let env: Record<string, string>;
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-readme-'));

  beforeAll(async () => {
    database = await createDatabase({ empty: true });
    port = await freePort();
    env = { PORT: String(port), DATABASE_URL: database.url, REQUIRE_VERIFIED_EMAIL: 'false' };
    app = new BuiltProcess(folder, env);
    await app.says('Try first');
  });

  afterAll(async () => {
    await app.stop();
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  it('begins with one command that starts the application and one that runs its tests', () => {
    const [start, test] = [...README.matchAll(/```sh\n([^]*?)```/g)].map(([, line]) => line?.trim());
    expect([start, test]).toEqual(['npm ci && npm start', 'npm ci && npm test']);
  });

  it('shows the output of each command', () => {
    const steps = transcript();
    expect(steps.length).toBeGreaterThan(8);
    const script = steps
      .map(({ command }) => command.replaceAll('localhost:3000', `127.0.0.1:${port}`))
      // The test runs in an empty folder without package.json.
      .map((command) => command.replace('npm run -s cli --', `${process.execPath} ${CLI}`))
      .map((command) => `${command}\necho '<end>'`)
      .join('\n');
    const outputs = execFileSync('bash', ['-c', script], {
      encoding: 'utf8',
      cwd: folder,
      env: { ...process.env, ...env },
    }).split('<end>\n');
    for (const [index, { output }] of steps.entries())
      expect(masked(outputs[index]?.trimEnd() ?? '')).toBe(masked(output));
  });
});
