import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const PAGE = join(__dirname, '../docs/architecture.md');

/** A line of a walk: a file, a function in it, and the lines that it calls. */
interface Step {
  readonly file: string;
  readonly owner: string;
  readonly method: string;
  readonly calls: Step[];
}

/** The nested lists after `<!-- walk -->`, by the heading above them. */
function readWalks(page: string): [string, Step[]][] {
  return page
    .split(/^## /m)
    .filter((section) => section.includes('<!-- walk -->'))
    .map((section) => [section.split('\n')[0] ?? '', readSteps(section.split('<!-- walk -->')[1] ?? '')]);
}

function readSteps(list: string): Step[] {
  const roots: Step[] = [];
  const open: Step[][] = [roots];
  const item = /^( *)- \[([^\]]+)\]\(\.\.\/src\/([^)]+)\)\s+`(\w+)\.(\w+)`/gm;
  for (const [, indent = '', label, file = '', owner = '', method = ''] of list.matchAll(item)) {
    expect(label).toBe(file);
    const step: Step = { file, owner, method, calls: [] };
    const depth = indent.length / 2;
    open[depth]?.push(step);
    open[depth + 1] = step.calls;
  }
  return roots;
}

function stepsIn(steps: readonly Step[]): Step[] {
  return steps.flatMap((step) => [step, ...stepsIn(step.calls)]);
}

function classOf({ file, owner }: Step): ts.ClassDeclaration | undefined {
  const text = readFileSync(join(__dirname, '../src', file), 'utf8');
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
  return tree.statements.filter(ts.isClassDeclaration).find(({ name }) => name?.text === owner);
}

function bodyOf(step: Step): string | undefined {
  const members = classOf(step)?.members.filter(ts.isMethodDeclaration) ?? [];
  return members.find(({ name }) => name.getText() === step.method)?.body?.getText();
}

/** How a class refers to another one: the constructor parameter of that type, or `this` for itself. */
function referenceTo(callee: Step, caller: Step): string | undefined {
  if (callee.owner === caller.owner) return 'this';
  const constructor = classOf(caller)?.members.find(ts.isConstructorDeclaration);
  const parameter = constructor?.parameters.find(({ type }) => type?.getText() === callee.owner);
  return parameter && `this.${parameter.name.getText()}`;
}

const walks = readWalks(readFileSync(PAGE, 'utf8'));
const steps = walks.flatMap(([walk, roots]) =>
  stepsIn(roots).map((step): [string, string, Step] => [walk, `${step.owner}.${step.method}`, step]),
);

describe('docs/architecture.md', () => {
  it('has the walks of a sign-in, its second step, a refresh and a sign-out', () => {
    expect(walks.map(([heading]) => heading)).toEqual(['Sign-in', 'The second step', 'Refresh', 'Sign-out']);
    for (const [, roots] of walks) expect(stepsIn(roots).length).toBeGreaterThan(6);
  });

  it('reads every line of a walk', () => {
    const lines = readFileSync(PAGE, 'utf8').match(/^ *- \[[^\]]+\]\(\.\.\/src\//gm) ?? [];
    expect(steps).toHaveLength(lines.length);
  });

  it.each(steps)('%s: %s exists in the file', (_walk, _name, step) => {
    expect(bodyOf(step)).toBeDefined();
  });

  it.each(steps.filter(([, , { calls }]) => calls.length > 0))(
    '%s: %s calls the indented functions in this order',
    (_walk, _name, step) => {
      const body = bodyOf(step) ?? '';
      const places = step.calls.map((call) => body.indexOf(`${referenceTo(call, step)}.${call.method}(`));
      expect(places).not.toContain(-1);
      expect(places).toEqual(places.toSorted((a, b) => a - b));
    },
  );

  it('names the global guards in their order', () => {
    const page = readFileSync(PAGE, 'utf8');
    const names = [...page.matchAll(/`(JwtAuthGuard|PermissionsGuard|RecentSignInGuard)`/g)].map(
      ([, name]) => name,
    );
    const guards = readFileSync(join(__dirname, '../src/access/access.module.ts'), 'utf8');
    const inOrder = [...guards.matchAll(/provide: APP_GUARD, useClass: (\w+)/g)].map(([, name]) => name);
    expect(names).toEqual(inOrder);
  });
});
