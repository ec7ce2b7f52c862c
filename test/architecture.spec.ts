import { basename, dirname, join } from 'node:path';
import ts from 'typescript';
import { sourceFiles } from '../scripts/read-source';
import { importsIn, isThere, places } from './support/source';

/** Whom a room may import; one that is not named is a feature on top. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  platform: [],
  access: ['platform'],
  users: ['access', 'platform'],
  roles: ['access', 'platform'],
  sessions: ['access', 'platform'],
  tokens: ['access', 'platform'],
  passwords: ['platform'],
  audit: ['access', 'platform'],
  auth: ['users', 'roles', 'passwords', 'sessions', 'tokens', 'access', 'platform'],
};
const FEATURE = ['auth', 'users', 'roles', 'passwords', 'sessions', 'tokens', 'access', 'platform'];

const files = sourceFiles();
const imports = new Map(files.map((file) => [file.path, importsIn(file)]));
const arrows = files.flatMap((file) => (imports.get(file.path) ?? []).map((target) => ({ file, target })));
const directories = [...new Set(files.flatMap(({ path }) => ancestorsOf(path)))];
const rooms = directories.filter((folder) => /^(?!platform$)[^/]+$|^platform\/[^/]+$/.test(folder));

/** `a/b/c.ts` lies in `a/b` and in `a`. */
function ancestorsOf(path: string): string[] {
  const folder = dirname(path);
  return folder === '.' ? [] : [folder, ...ancestorsOf(folder)];
}

/** The first folder of a path; undefined for the files on top, which put the rooms together. */
function topOf(path: string): string | undefined {
  return ancestorsOf(path).at(-1);
}

const core = imports.get('core.module.ts') ?? [];

/** What a team added: nothing of ours knows it, and it may use all that is offered. */
function isTeams(top: string): boolean {
  return !(top in ARROWS) && !core.some((target) => topOf(target) === top);
}

/** A room of `src`, those of `platform` apart. */
function roomOf(path: string): string {
  const folders = ancestorsOf(path);
  return (topOf(path) === 'platform' ? folders.at(-2) : folders.at(-1)) ?? path;
}

function hasIndex(folder: string): boolean {
  return isThere(join(folder, 'index.ts'));
}

const listed = (found: typeof arrows) => found.map(({ file, target }) => `${file.path} → ${target}`);

describe('a room', () => {
  it.each(rooms)('%s has an index', (room) => {
    expect(hasIndex(room)).toBe(true);
  });

  it('imports the rooms below it only', () => {
    const against = arrows.filter(({ file, target }) => {
      const [from, to] = [topOf(file.path), topOf(target)];
      // The operator's commands put the rooms together, as the files on top do.
      if (from === undefined || from === 'cli' || from === to) return false;
      if (isTeams(from)) return to === undefined;
      return to === undefined || !(ARROWS[from] ?? FEATURE).includes(to);
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

  it('hands its migrations to nobody', () => {
    const foreign = arrows.filter(
      ({ file, target }) =>
        target.includes('/migrations/') &&
        (roomOf(file.path) !== roomOf(target) || basename(file.path) === 'index.ts'),
    );
    expect(listed(foreign)).toEqual([]);
  });

  it('does not lead back to itself', () => {
    const next = new Map(rooms.map((room) => [room, new Set<string>()]));
    for (const { file, target } of arrows) next.get(roomOf(file.path))?.add(roomOf(target));
    const reach = (room: string, seen = new Set<string>()): Set<string> => {
      for (const to of next.get(room) ?? []) if (to !== room && !seen.has(to)) reach(to, seen.add(to));
      return seen;
    };
    expect(rooms.filter((room) => [...reach(room)].some((other) => reach(other).has(room)))).toEqual([]);
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

  it('imports nothing lazily', () => {
    const found = places(
      /\b(import|require)\s*\(/,
      (node) =>
        ts.isCallExpression(node) &&
        (node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require'),
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
        roomOf(path) !== 'platform/config' &&
        !(
          path.startsWith('platform/database/embedded/') &&
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
