import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Repository } from '../support/repository';
import { addRoom } from './rooms';

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

it('lists the notes for whoever may read them', () =>
  withApp({}, async (app) => {
    const { token } = await aMemberWho(app, 'notes:read');
    expect((await app.api.get('/v1/notes', { token })).body).toEqual([]);
  }));
`;
// The team's own, and those that hold generated files to the code: all of them take minutes.
const SPECS = ['test/notes', '/access-manifest', '/openapi', '/architecture'].map(
  (name) => `${name}.spec.ts`,
);

/** What the page says to type: once, and for every update. */
const [once = [], update = []] = [...PAGE.matchAll(/```sh\n([^]*?)```/g)].map(([, block = '']) =>
  block.trim().split('\n'),
);
const merging = update.findIndex((line) => line.startsWith('git merge'));
const [fetching, merge = '', mending] = [
  update.slice(0, merging),
  update[merging],
  update.slice(merging + 1),
];

/** With the packages that are there, and those tests that matter here; what each line said. */
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
    addRoom(team, { name: 'notes', timestamp: '1899000000000' }, 'src/app.module.ts');
    team.write('test/notes.spec.ts', NOTES_SPEC);
    team.replace('package.json', '"bench": ', '"notes": "true",\n    "bench": ');
    team.run('npm run regenerate');
    team.commit('notes');

    addRoom(upstream, { name: 'notices', timestamp: '1898000000000' }, 'src/core.module.ts');
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

  /** Another clone of what the team has, up to the line that merges. */
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

  it('finds a module of a team in no file of ours but the generated ones and the list of packages', () => {
    const changed = team.run('git diff --name-only --diff-filter=M HEAD^').trim().split('\n');
    expect(changed.filter((file) => !GENERATED.includes(file))).toEqual([
      'package.json',
      'src/app.module.ts',
    ]);
  });

  it('stops at generated files and no other, and leaves them as the team had them', () => {
    const clone = colleague();
    const before = readJson(clone, 'access-manifest.json');
    expect(() => clone.run(merge)).toThrow(/CONFLICT/);
    expect(clone.conflicts()).toEqual(expect.arrayContaining(['access-manifest.json', 'openapi.json']));
    expect(GENERATED).toEqual(expect.arrayContaining(clone.conflicts()));
    expect(readJson(clone, 'access-manifest.json')).toEqual(before);
    expect(() => clone.run('git commit --no-edit')).toThrow(/unmerged/);
  });

  it('is taken by the commands of the page, tells what it opens, and has the routes of both', () => {
    const clone = colleague();
    expect(() => clone.run(merge)).toThrow(/CONFLICT/);
    const said = type(clone, mending);
    expect(said.get('npm run regenerate')).toContain('GET /v1/notices is new');
    expect(said.get('npm run regenerate')).not.toContain('GET /v1/notes');
    expect(said.get('git diff HEAD -- access-manifest.json')).toMatch(/^\+.*GET \/v1\/notices/m);
    expectBothStatesIn(clone);
  });

  it('is taken by the same commands where git mixed the generated files line by line', () => {
    const clone = colleague();
    clone.write('.git/info/attributes', GENERATED.map((file) => `/${file} merge=text\n`).join(''));
    expect(() => clone.run(merge)).toThrow(/CONFLICT/);
    expect(GENERATED).toEqual(expect.arrayContaining(clone.conflicts()));
    expect(clone.read('access-manifest.json')).toContain('<<<<<<<');
    expect(type(clone, mending).get('npm run regenerate')).toContain('access-manifest.json was no JSON');
    expectBothStatesIn(clone);
  });
});
