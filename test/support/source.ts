import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

export const SOURCE = resolve(__dirname, '../../src');

/** A file of `src`, by its path within it. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
  /** What it imports of `src`, by path within it. */
  readonly imports: readonly string[];
}

/** Every TypeScript file of `src`; specifications are no part of the application. */
export function readSource(): SourceFile[] {
  return readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts'))
    .toSorted()
    .map(readFile);
}

/** Every node below this one, itself included. */
export function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child));
  for (const child of children) yield* nodesOf(child);
}

/** Where it is, as an editor opens it. */
export function placeOf({ path, tree }: SourceFile, node: ts.Node): string {
  return `src/${path}:${tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1}`;
}

function readFile(path: string): SourceFile {
  const text = readFileSync(join(SOURCE, path), 'utf8');
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  const imports = specifiersOf(tree)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => resolveWithin(path, specifier));
  return { path, text, tree, imports };
}

/** Of import and export declarations, `import()` and the types of `import('…')`. */
function specifiersOf(tree: ts.SourceFile): string[] {
  return ts.preProcessFile(tree.text, true, true).importedFiles.map(({ fileName }) => fileName);
}

function resolveWithin(from: string, specifier: string): string {
  const target = resolve(SOURCE, dirname(from), specifier);
  const found = [`${target}.ts`, join(target, 'index.ts'), target].find((file) => existsSync(file));
  if (!found) throw new Error(`${from} imports ${specifier}, which is not there`);
  return relative(SOURCE, found);
}
