import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { Api } from '../support/api';
import { createDatabase, type TestDatabase } from '../support/database';
import { BuiltProcess, freePort } from '../support/process';
import { Repository } from '../support/repository';
import { AUTH_SECRET, NO_SMTP } from '../support/settings';

const PROJECT = resolve(__dirname, '../..');
const FEATURES = readdirSync(join(PROJECT, 'src/features'));

/** Specs of the core that need no feature. */
const CORE_SPECS = [
  'test/auth/login/login.spec.ts',
  'test/auth/token/refresh.spec.ts',
  'test/auth/token/logout.spec.ts',
  'src/platform/mail',
  'test/mail-texts.spec.ts',
];

type Manifest = Readonly<Record<string, { readonly handler: string }>>;
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId?: string }>>>>;
}

const readJson = (folder: string, file: string): unknown =>
  JSON.parse(readFileSync(join(folder, file), 'utf8'));
const routesOf = (folder: string) => readJson(folder, 'access-manifest.json') as Manifest;
const operationsOf = (folder: string) =>
  Object.values((readJson(folder, 'openapi.json') as Document).paths)
    .flatMap((path) => Object.values(path))
    .flatMap(({ operationId }) => operationId ?? []);
const without = <T>(all: readonly T[], removed: readonly T[]) =>
  all.filter((each) => !removed.includes(each));

/** All matches of the one group of an expression in the sources of a feature. */
function found(feature: string, expression: RegExp): string[] {
  const folder = join(PROJECT, 'src/features', feature);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const texts = files.map((name) => readFileSync(join(folder, name), 'utf8'));
  return texts.flatMap((text) => [...text.matchAll(expression)].map(([, match = '']) => match));
}

let repository: Repository;
let database: TestDatabase;

function run(command: string, args: readonly string[]): string {
  const env = { ...process.env, NODE_ENV: 'test', AUTH_SECRET, REQUIRE_VERIFIED_EMAIL: 'false' };
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: repository.folder,
    env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stdout}\n${stderr}`);
  return stdout;
}

/** Compiles what has changed since the last build. */
function build(): void {
  const incremental = ['--incremental', '--tsBuildInfoFile', 'dist/.tsbuildinfo'];
  run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', ...incremental]);
  // The compiler copies no assets.
  for (const file of readdirSync(join(repository.folder, 'src'), { recursive: true, encoding: 'utf8' }))
    if (/\.worker\.js$|pages\/[^/]+\.(html|js|css)$/.test(file))
      cpSync(join(repository.folder, 'src', file), join(repository.folder, 'dist', file));
}

function reportProgress(step: string): void {
  process.stderr.write(`${new Date().toISOString()} ${step}\n`);
}

beforeAll(async () => {
  database = await createDatabase({ empty: true });
  repository = Repository.ofProject();
  build();
});

afterAll(async () => {
  repository.remove();
  await database.drop();
});

describe.each(FEATURES)('without the feature %s', (feature) => {
  const controllers = found(feature, /export class (\w+Controller)\b/g);
  const operations = found(feature, /operationId: '(\w+)'/g);

  beforeAll(() => {
    reportProgress(`deleting ${feature}`);
    repository.run('git checkout --quiet -- . && git clean --quiet -fd test src');
    const list = repository.read('src/core.module.ts');
    const [, module = ''] =
      new RegExp(`import \\{ (\\w+) \\} from './features/${feature}';`).exec(list) ?? [];
    const lines = list.split('\n').filter((line) => !new RegExp(`\\b${module}\\b`).test(line));
    expect(list.split('\n').length - lines.length).toBe(2);
    repository.write('src/core.module.ts', lines.join('\n'));
    for (const folder of ['src/features', 'test/features', 'dist/features'])
      rmSync(join(repository.folder, folder, feature), { recursive: true });
  });

  it('compiles, starts and answers', async () => {
    build();
    expect(existsSync(join(repository.folder, 'dist/features', feature))).toBe(false);
    const port = await freePort();
    const dist = relative(join(PROJECT, 'dist'), join(repository.folder, 'dist/main.js'));
    const env = {
      NODE_ENV: 'test',
      PORT: String(port),
      DATABASE_URL: database.url,
      AUTH_SECRET,
      SMTP_URL: NO_SMTP,
      PUBLIC_URL: 'http://localhost',
      MAIL_FROM: 'no-reply@example.test',
      REQUIRE_VERIFIED_EMAIL: 'false',
    };
    const app = new BuiltProcess(repository.folder, env, [dist]);
    try {
      await app.says('Try first|/v1');
      expect((await new Api(`http://127.0.0.1:${port}`).get('/health/ready')).status).toBe(200);
    } finally {
      await app.stop();
    }
  });

  it('has all routes and operations but its own', () => {
    run(process.execPath, ['dist/cli.js', 'openapi:write']);
    run(process.execPath, ['dist/cli.js', 'manifest:write']);
    const routes = routesOf(PROJECT);
    const own = Object.keys(routes).filter((route) =>
      controllers.includes(routes[route]?.handler.split('.')[0] ?? ''),
    );
    expect(own.length > 0).toBe(controllers.length > 0);
    expect(Object.keys(routesOf(repository.folder))).toEqual(without(Object.keys(routes), own));
    expect(operationsOf(repository.folder)).toEqual(without(operationsOf(PROJECT), operations));
  });

  it('passes the specs of the core', () => {
    reportProgress(`running specs without ${feature}`);
    expect(() =>
      run(process.execPath, ['node_modules/jest/bin/jest.js', '--ci', ...CORE_SPECS]),
    ).not.toThrow();
  });
});
