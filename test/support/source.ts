import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { type SourceFile, sourceFiles } from '../../scripts/read-source';

const SOURCE = resolve(__dirname, '../../src');

/** What the files of `src` import of each other, by path within it; specifications are no part of the application. */
export function importsIn(file: SourceFile): string[] {
  return specifiersOf(file.text)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => resolveWithin(file.path, specifier));
}

/** The nodes for which this holds, as an editor opens them; `word` is in every file that has one. */
export function places(word: RegExp, matches: (node: ts.Node, file: SourceFile) => boolean): string[] {
  return sourceFiles()
    .filter(({ text }) => word.test(text))
    .flatMap((file) =>
      nodesOf(file.tree)
        .filter((node) => matches(node, file))
        .map((node) => placeOf(file, node)),
    );
}

function placeOf({ path, tree }: SourceFile, node: ts.Node): string {
  return `src/${path}:${tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1}`;
}

function nodesOf(tree: ts.SourceFile): ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return nodes;
}

/** Of import and export declarations, `import()` and the types of `import('…')`. */
function specifiersOf(text: string): string[] {
  return [...text.matchAll(/\b(?:from|import)\s*\(?\s*(['"`])([^'"`\n]+)\1/g)].map(([, , name = '']) => name);
}

function resolveWithin(from: string, specifier: string): string {
  const target = join(dirname(from), specifier);
  const found = [`${target}.ts`, join(target, 'index.ts'), target].find(isThere);
  if (!found) throw new Error(`${from} imports ${specifier}, which is not there`);
  return found;
}

const paths = new Set(sourceFiles().map(({ path }) => path));

/** Whether there is such a file in `src`. */
export function isThere(path: string): boolean {
  return paths.has(path) || (!path.endsWith('.ts') && existsSync(join(SOURCE, path)));
}
