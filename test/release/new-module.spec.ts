import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Repository } from '../support/repository';

// Several words, and a plural that does not just end in an s.
const NAMES = ['order-items', 'categories'];
const FILES = ['controller', 'data', 'dto', 'events', 'module', 'service'];

describe('npm run new:module', () => {
  let project: Repository;
  const said = new Map<string, string>();

  beforeAll(() => {
    project = Repository.ofProject();
    for (const name of NAMES) said.set(name, project.run(`npm run --silent new:module ${name}`));
  }, 600_000);

  afterAll(() => project.remove());

  it.each(NAMES)('writes %s, tests and all, and says what opens', (name) => {
    const files = readdirSync(join(project.folder, 'src', name));
    expect(files).toEqual(expect.arrayContaining(FILES.map((role) => `${name}.${role}.ts`)));
    expect(said.get(name)).toContain(`test/${name}.spec.ts`);
    expect(said.get(name)).toContain(`GET /v1/${name} is new: signed in, with ${name}:read`);
    expect(said.get(name)).not.toContain('more permissive');
  });

  it('leaves no word of the example', () => {
    const left = project.run(`git status --porcelain=v1 --untracked-files=all | cut -c4-`).split('\n');
    const written = left.filter((file) => /^(src|test)\//.test(file) && file !== 'src/app.module.ts');
    expect(written.length).toBe(NAMES.length * (FILES.length + 4));
    for (const file of written) expect([file, /notes?\b/i.exec(project.read(file))]).toEqual([file, null]);
  });

  it.each(['npm run format:check', 'npm run lint', 'npm run typecheck', 'npm run build'])(
    'writes what passes %s',
    (command) => {
      expect(() => project.run(command)).not.toThrow();
    },
  );

  // Those of ours that list what there is, and those that every module meets.
  const OURS = [
    'access-manifest',
    'account-export',
    'architecture',
    'authorization',
    'closed-by-default',
    'openapi',
  ];

  it('writes modules that pass their tests, and ours, beside each other', () => {
    const specs = [...NAMES, ...OURS, 'documentation', 'personal-data', 'fuzz'].map((name) => `/${name}`);
    expect(() => project.run(`npx jest examples/notes ${specs.join(' ')}`)).not.toThrow();
  }, 600_000);

  it('leaves what is generated as it would be generated again', () => {
    project.commit('modules');
    project.run('npm run regenerate');
    expect(project.run('git status --porcelain')).toBe('');
  });

  it.each([
    ['a name that is none', "'$(touch hacked)'", /Name the module in lower-case letters/],
    ['a folder of ours', 'sessions', /src\/sessions already exists/],
    ['itself, again', 'categories', /src\/categories already exists/],
  ])('refuses %s, and writes nothing', (_, name, message) => {
    expect(() => project.run(`npm run --silent new:module ${name}`)).toThrow(message);
    expect(project.run('git status --porcelain')).toBe('');
  });
});
