import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Repository } from '../support/repository';
import { addSampleModule } from './sample-modules';

const PAGE = readFileSync(join(__dirname, '../../docs/upgrade.md'), 'utf8');
const GENERATED = [
  'access-manifest.json',
  'client/src/generated/openapi.ts',
  'docs/errors.md',
  'docs/events.md',
  'docs/permissions.md',
  'openapi.json',
];
const NOTES_SPEC = `import { withApp } from './support/app';
import { aMemberWho } from './support/staff';

it('lists the notes for users with the permission', () =>
  withApp({}, async (app) => {
    const { token } = await aMemberWho(app, 'notes:read');
    expect((await app.api.get('/v1/notes', { token })).body).toEqual([]);
  }));
`;
// The tests of the team and of generated files; all tests would take minutes.
const SPECS = ['test/notes', '/access-manifest', '/openapi', '/architecture'].map(
  (name) => `${name}.spec.ts`,
);

/** The commands of the page: once, and for every update. */
const [once = [], update = []] = [...PAGE.matchAll(/```sh\n([^]*?)```/g)].map(([, block = '']) =>
  block.trim().split('\n'),
);
const merging = update.findIndex((line) => line.startsWith('git merge'));
const [fetching, merge = '', fixing] = [update.slice(0, merging), update[merging], update.slice(merging + 1)];

/** Runs the commands with the installed packages and the relevant tests. Returns the output of each. */
function type(repository: Repository, lines: readonly string[]): Map<string, string> {
  const here = (line: string) =>
    line.replace(/^npm ci$/, 'true').replace(/^npm test$/, `npm test -- ${SPECS.join(' ')}`);
  return new Map(lines.map((line) => [line, repository.run(here(line))]));
}

function readJson(repository: Repository, path: string): unknown {
  return JSON.parse(repository.read(path));
}

describe('an update', () => {
  let upstream: Repository;
  let team: Repository;
  const made: Repository[] = [];

  beforeAll(() => {
    upstream = Repository.ofProject();
    team = upstream.clone();
    made.push(upstream, team);
    addSampleModule(team, { name: 'notes', timestamp: '1899000000000' }, 'src/app.module.ts');
    team.write('test/notes.spec.ts', NOTES_SPEC);
    team.replace('package.json', '"bench": ', '"notes": "true",\n    "bench": ');
    team.run('npm run regenerate');
    team.commit('notes');

    addSampleModule(upstream, { name: 'notices', timestamp: '1898000000000' }, 'src/core.module.ts');
    for (const file of ['auth.controller.ts', 'auth.module.ts', 'login/local-auth.ts'])
      upstream.replace(`src/auth/${file}`, '\n\n', '\n// A later state.\n\n');
    upstream.replace('docs/operations.md', '| `PORT` ', '| `NOTICES` | `on` | made up |\n| `PORT` ');
    upstream.replace('README.md', '# Gatehouse', '# Gatehouse, later');
    upstream.replace('package.json', '"version": "', '"version": "9.');
    upstream.run('npm run regenerate');
    upstream.commit('notices');
  });

  afterAll(() => {
    for (const repository of made) repository.remove();
  });

  /** Another clone of the team's repository, up to the merge command. */
  function colleague(): Repository {
    const clone = team.clone();
    made.push(clone);
    type(
      clone,
      once.map((line) => line.replace(/<.*>/, upstream.folder)),
    );
    type(clone, fetching);
    return clone;
  }

  function expectBothStatesIn(repository: Repository): void {
    expect(readJson(repository, 'access-manifest.json')).toMatchObject({
      'GET /v1/notes': { permissions: ['notes:read'] },
      'GET /v1/notices': { permissions: ['notices:read'] },
    });
    expect(readJson(repository, 'openapi.json')).toMatchObject({
      paths: { '/v1/notes': {}, '/v1/notices': {} },
    });
    expect(repository.read('README.md')).toContain('# Gatehouse, later');
    expect(repository.read('package.json')).toMatch(/"version": "9\.[^]*"notes": "true"/);
    expect(repository.run('git diff HEAD^ -- src/app.module.ts src/notes test/notes.spec.ts')).toBe('');
    expect(repository.run('git status --porcelain')).toBe('');
    expect(repository.run('git log -1 --format=%P').trim().split(' ')).toHaveLength(2);
  }

  it('finds the module of a team in no upstream file but the generated ones and package.json', () => {
    const changed = team.run('git diff --name-only --diff-filter=M HEAD^').trim().split('\n');
    expect(changed.filter((file) => !GENERATED.includes(file))).toEqual([
      'package.json',
      'src/app.module.ts',
    ]);
  });

  it('conflicts only in generated files, and keeps those of the team', () => {
    const clone = colleague();
    const before = readJson(clone, 'access-manifest.json');
    expect(() => clone.run(merge)).toThrow(/CONFLICT/);
    expect(clone.conflicts()).toEqual(expect.arrayContaining(['access-manifest.json', 'openapi.json']));
    expect(GENERATED).toEqual(expect.arrayContaining(clone.conflicts()));
    expect(readJson(clone, 'access-manifest.json')).toEqual(before);
    expect(() => clone.run('git commit --no-edit')).toThrow(/unmerged/);
  });

  it('is merged by the commands of the page, prints new access, and has the routes of both', () => {
    const clone = colleague();
    expect(() => clone.run(merge)).toThrow(/CONFLICT/);
    const said = type(clone, fixing);
    expect(said.get('npm run regenerate')).toContain('GET /v1/notices is new');
    expect(said.get('npm run regenerate')).not.toContain('GET /v1/notes');
    expect(said.get('git diff HEAD -- access-manifest.json')).toMatch(/^\+.*GET \/v1\/notices/m);
    expectBothStatesIn(clone);
  });

  it('is merged by the same commands where git merged the generated files line by line', () => {
    const clone = colleague();
    clone.write('.git/info/attributes', GENERATED.map((file) => `/${file} merge=text\n`).join(''));
    expect(() => clone.run(merge)).toThrow(/CONFLICT/);
    expect(GENERATED).toEqual(expect.arrayContaining(clone.conflicts()));
    expect(clone.read('access-manifest.json')).toContain('<<<<<<<');
    expect(type(clone, fixing).get('npm run regenerate')).toContain('access-manifest.json is not valid JSON');
    expectBothStatesIn(clone);
  });
});
