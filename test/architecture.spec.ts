import { basename, dirname, join } from 'node:path';
import ts from 'typescript';
import { sourceFiles } from '../scripts/read-source';
import { importsIn, isThere, places } from './support/source';

/** Which modules a module of the core may import. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  platform: [],
  access: ['platform'],
  users: ['access', 'platform'],
  roles: ['access', 'platform'],
  sessions: ['access', 'platform'],
  tokens: ['access', 'platform'],
  passwords: ['platform'],
  auth: ['users', 'roles', 'passwords', 'sessions', 'tokens', 'access', 'platform'],
};
/** The same for a feature, and for a module that a team adds. */
const OF_FEATURE = ['auth', ...(ARROWS['auth'] ?? [])];
/** Folders that hold modules of their own. */
const GROUPS: ReadonlySet<string | undefined> = new Set(['platform', 'features']);
/** These put all modules together, as the files on top do. */
const COMPOSITION: ReadonlySet<string | undefined> = new Set([undefined, 'api-contract', 'cli']);

const files = sourceFiles();
const imports = new Map(files.map((file) => [file.path, importsIn(file)]));
const arrows = files.flatMap((file) => (imports.get(file.path) ?? []).map((target) => ({ file, target })));
const directories = [...new Set(files.flatMap(({ path }) => ancestorsOf(path)))];
const modules = directories.filter((folder) => moduleOf(join(folder, 'index.ts')) === folder);

/** `a/b/c.ts` lies in `a/b` and in `a`. */
function ancestorsOf(path: string): string[] {
  const folder = dirname(path);
  return folder === '.' ? [] : [folder, ...ancestorsOf(folder)];
}

/** The first folder of a path; undefined for the files on top, which put the modules together. */
function topOf(path: string): string | undefined {
  return ancestorsOf(path).at(-1);
}

const core = imports.get('core.module.ts') ?? [];

/** What a team added: no module here imports it, and it may use all that is offered. */
function isTeams(top: string): boolean {
  return !(top in ARROWS) && !core.some((target) => topOf(target) === top);
}

/** The folder of a module: `auth`, `platform/http`, `features/audit`, `features/factors/totp`. */
function moduleOf(path: string): string {
  const depth = path.startsWith('features/factors/') ? -3 : GROUPS.has(topOf(path)) ? -2 : -1;
  return ancestorsOf(path).at(depth) ?? path;
}

function hasIndex(folder: string): boolean {
  return isThere(join(folder, 'index.ts'));
}

const listed = (found: typeof arrows) => found.map(({ file, target }) => `${file.path} → ${target}`);

/** The nodes of a graph that lead back to themselves. */
function cyclesIn(next: ReadonlyMap<string, Iterable<string>>): string[] {
  const reach = (node: string, seen = new Set<string>()): Set<string> => {
    for (const to of next.get(node) ?? []) if (!seen.has(to)) reach(to, seen.add(to));
    return seen;
  };
  return [...next.keys()].filter((node) => reach(node).has(node));
}

describe('a module', () => {
  it.each(modules)('%s has an index', (folder) => {
    expect(hasIndex(folder)).toBe(true);
  });

  it('imports the modules below it only; a feature imports no other feature', () => {
    const against = arrows.filter(({ file, target }) => {
      const [from, to] = [topOf(file.path), topOf(target)];
      if (from === undefined || COMPOSITION.has(from) || moduleOf(file.path) === moduleOf(target))
        return false;
      if (isTeams(from)) return to === undefined;
      if (from === 'platform' && to === 'platform') return false;
      return to === undefined || !(ARROWS[from] ?? OF_FEATURE).includes(to);
    });
    expect(listed(against)).toEqual([]);
  });

  it('is entered by its index', () => {
    const past = arrows.filter(({ file, target }) =>
      ancestorsOf(target)
        .filter((folder) => hasIndex(folder) && !ancestorsOf(file.path).includes(folder))
        .some((folder) => target !== join(folder, 'index.ts')),
    );
    expect(listed(past)).toEqual([]);
  });

  it('does not go through its own index', () => {
    const own = arrows.filter(
      ({ file, target }) =>
        basename(target) === 'index.ts' && ancestorsOf(file.path).includes(dirname(target)),
    );
    expect(listed(own)).toEqual([]);
  });

  it('keeps its migrations to itself', () => {
    const foreign = arrows.filter(
      ({ file, target }) =>
        target.includes('/migrations/') &&
        (moduleOf(file.path) !== moduleOf(target) || basename(file.path) === 'index.ts'),
    );
    expect(listed(foreign)).toEqual([]);
  });

  it('is in no cycle', () => {
    const next = new Map(modules.map((module) => [module, new Set<string>()]));
    for (const { file, target } of arrows)
      if (moduleOf(file.path) !== moduleOf(target)) next.get(moduleOf(file.path))?.add(moduleOf(target));
    expect(cyclesIn(next)).toEqual([]);
  });
});

describe('a file', () => {
  it('is in no cycle', () => {
    expect(cyclesIn(imports)).toEqual([]);
  });
});

describe('the source', () => {
  it('is all read', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(arrows.length).toBeGreaterThan(200);
  });

  it('has no default export', () => {
    const found = places(
      /\bdefault\b|\bexport\s*=/,
      (node) =>
        ts.isExportAssignment(node) ||
        (ts.canHaveModifiers(node) &&
          (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) ||
        (ts.isExportSpecifier(node) && node.name.text === 'default'),
    );
    expect(found).toEqual([]);
  });

  // A package that production never needs may be loaded where it is used.
  it('imports no file of its own lazily', () => {
    const found = places(
      /\b(import|require)\s*\(/,
      (node) =>
        ts.isCallExpression(node) &&
        (node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require') &&
        !node.arguments.some((argument) => ts.isStringLiteral(argument) && !argument.text.startsWith('.')),
    );
    expect(found).toEqual([]);
  });

  it('unties no knot with forwardRef', () => {
    expect(places(/forwardRef/, (node) => ts.isIdentifier(node) && node.text === 'forwardRef')).toEqual([]);
  });

  it('has @Global() in platform only', () => {
    const found = places(
      /@\s*Global\b/,
      (node, { path }) =>
        ts.isDecorator(node) && /^@Global\b/.test(node.getText()) && topOf(path) !== 'platform',
    );
    expect(found).toEqual([]);
  });

  it('reads process.env in platform/config only, but for the PATH of a child process', () => {
    const found = places(
      /\bprocess\s*\.\s*env\b/,
      (node, { path }) =>
        ts.isPropertyAccessExpression(node) &&
        node.getText() === 'process.env' &&
        moduleOf(path) !== 'platform/config' &&
        !(
          path.startsWith('platform/embedded-postgres/') &&
          /^process\.env(\.PATH|\['PATH'\])$/.test(node.parent.getText())
        ),
    );
    expect(found).toEqual([]);
    const apart = /\benv\b[^;]*\bfrom 'node:process'|\{[^}]*\benv\b[^}]*\} = process\b|process\[/;
    expect(files.filter(({ text }) => apart.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it('draws its random numbers from node:crypto', () => {
    expect(
      places(
        /\bMath\s*\.\s*random\b/,
        (node) => ts.isPropertyAccessExpression(node) && node.getText() === 'Math.random',
      ),
    ).toEqual([]);
  });

  it('has no any', () => {
    expect(places(/\bany\b/, (node) => node.kind === ts.SyntaxKind.AnyKeyword)).toEqual([]);
  });

  // A session that is opened elsewhere would be opened past the second step.
  it('opens sessions in the sign-in alone, and renews them in auth alone', () => {
    const store = arrows.filter(({ target }) => target === 'sessions/session.store.ts');
    expect(store.every(({ file }) => topOf(file.path) === 'sessions')).toBe(true);
    const users = files.filter(({ text }) => /\bSessionStore\b/.test(text)).map(({ path }) => path);
    expect(users.every((path) => ['auth', 'sessions'].includes(topOf(path) ?? ''))).toBe(true);
    const opening = places(
      /\bopen\b/,
      (node, { path }) =>
        topOf(path) === 'auth' &&
        ts.isCallExpression(node) &&
        /\bsessions\s*\.\s*open$/.test(node.expression.getText()),
    );
    const opener = 'auth/login/session-opener.ts';
    expect(opening.map((place) => place.split(':')[0])).toEqual([`src/${opener}`]);
    const importers = arrows.filter(({ target }) => target === opener).map(({ file }) => file.path);
    expect(importers.toSorted()).toEqual(['auth/auth.module.ts', 'auth/login/sign-in.service.ts']);
  });

  it('silences neither the compiler nor the linter', () => {
    const silenced =
      /@ts-(ignore|nocheck|expect-error)|\b(eslint|oxlint|prettier)-(disable|ignore)|istanbul ignore/;
    expect(files.filter(({ text }) => silenced.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it('has no file over 200 lines', () => {
    const long = files.map(({ path, text }) => [path, text.trimEnd().split('\n').length] as const);
    expect(long.filter(([, lines]) => lines > 200)).toEqual([]);
  });
});
