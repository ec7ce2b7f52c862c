import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { Api } from '../support/api';
import { createDatabase, type TestDatabase } from '../support/database';
import { BuiltProcess, freePort } from '../support/process';
import { Repository } from '../support/repository';
import { AUTH_SECRET, NO_SMTP } from '../support/settings';

const PROJECT = resolve(__dirname, '../..');
const FEATURES = readdirSync(join(PROJECT, 'src/features')).flatMap((name) =>
  // Each kind of factor is a feature of its own.
  name === 'factors'
    ? readdirSync(join(PROJECT, 'src/features', name)).map((kind) => `${name}/${kind}`)
    : [name],
);

const CORE_SPECS = [
  'test/auth/login/login.spec.ts',
  'test/auth/registration/required-verification.spec.ts',
  'test/auth/token/refresh.spec.ts',
  'test/auth/token/logout.spec.ts',
  'src/platform/mail/mail-lanes.spec.ts',
  'src/platform/mail/mail-renderer.spec.ts',
  'test/mail-texts.spec.ts',
];

/** Of each feature a spec that uses no route of another feature. */
const FEATURE_SPECS = [
  'test/features/account/email-change-without-undo.spec.ts',
  'test/features/account-pages/account-pages.spec.ts',
  'test/features/administration/administration-turns.spec.ts',
  'test/features/audit/audit-trail.spec.ts',
  'test/features/factors/passkeys/passkey-settings.spec.ts',
  'test/features/factors/totp/totp-codes.spec.ts',
  'test/features/email-verification/verification-mails.spec.ts',
  'test/features/password-reset/password-forgotten.spec.ts',
];

// Generous: on a busy machine a step takes ten times as long.
jest.setTimeout(900_000);

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

/** The server of this run: a jest run that starts its own takes seconds longer. */
const settings = () => ({
  NODE_ENV: 'test',
  DATABASE_URL: process.env.GATEHOUSE_TEST_SERVER ?? '',
  AUTH_SECRET,
  REQUIRE_VERIFIED_EMAIL: 'false',
});

/** Runs a program of Node in the copy. @throws Error with the output where the program fails */
function run(...args: string[]): void {
  const { PATH, HOME } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: repository.folder,
    env: { PATH, HOME, ...settings() },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`node ${args.join(' ')}\n${stdout}\n${stderr}`);
}

/** Compiles and checks the types of what has changed since the last build. */
function build(): void {
  const incremental = ['--incremental', '--tsBuildInfoFile', 'dist/.tsbuildinfo'];
  run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', ...incremental);
  // The compiler copies no assets.
  for (const file of readdirSync(join(repository.folder, 'src'), { recursive: true, encoding: 'utf8' }))
    if (file.endsWith('.worker.js'))
      cpSync(join(repository.folder, 'src', file), join(repository.folder, 'dist', file));
}

function reportProgress(step: string): void {
  process.stderr.write(`${new Date().toISOString()} ${step}\n`);
}

beforeAll(async () => {
  database = await createDatabase({ empty: true });
  repository = Repository.ofProject();
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
      rmSync(join(repository.folder, folder, feature), { recursive: true, force: true });
  });

  it('compiles, starts and answers', async () => {
    reportProgress(`compiling without ${feature}`);
    build();
    reportProgress(`starting without ${feature}`);
    expect(existsSync(join(repository.folder, 'dist/features', feature))).toBe(false);
    const port = await freePort();
    const dist = relative(join(PROJECT, 'dist'), join(repository.folder, 'dist/main.js'));
    const env = {
      ...settings(),
      PORT: String(port),
      DATABASE_URL: database.url,
      SMTP_URL: NO_SMTP,
      PUBLIC_URL: 'http://localhost',
      MAIL_FROM: 'no-reply@example.test',
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
    run('dist/cli.js', 'openapi:write');
    run('dist/cli.js', 'manifest:write');
    const routes = routesOf(PROJECT);
    const own = Object.keys(routes).filter((route) =>
      controllers.includes(routes[route]?.handler.split('.')[0] ?? ''),
    );
    expect(own.length > 0).toBe(controllers.length > 0);
    expect(Object.keys(routesOf(repository.folder))).toEqual(without(Object.keys(routes), own));
    expect(operationsOf(repository.folder)).toEqual(without(operationsOf(PROJECT), operations));
  });

  it('passes the specs of the core and of the other features', () => {
    const specs = [...CORE_SPECS, ...FEATURE_SPECS].filter((path) =>
      existsSync(join(repository.folder, path)),
    );
    const others = FEATURE_SPECS.filter((path) => !path.startsWith(`test/features/${feature}/`));
    expect(specs).toEqual([...CORE_SPECS, ...others]);
    reportProgress(`running ${specs.length} specs without ${feature}`);
    run('node_modules/jest/bin/jest.js', '--ci', '--runInBand', '--runTestsByPath', ...specs);
  });
});
