import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { type ParsedFile, parseSource } from '../../scripts/read-source';

export const SOURCE = resolve(__dirname, '../../src');

/** A file of `src`, by its path within it. */
export interface SourceFile extends ParsedFile {
  /** Of its tree, each once. */
  readonly nodes: readonly ts.Node[];
  /** What it imports of `src`, by path within it. */
  readonly imports: readonly string[];
}

/** Every TypeScript file of `src`; specifications are no part of the application. */
export function readSource(): SourceFile[] {
  return parseSource().map((file) => {
    const imports = specifiersOf(file.tree)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => resolveWithin(file.path, specifier));
    return { ...file, nodes: nodesOf(file.tree), imports };
  });
}

/** Where it is, as an editor opens it. */
export function placeOf({ path, tree }: SourceFile, node: ts.Node): string {
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
function specifiersOf(tree: ts.SourceFile): string[] {
  return ts.preProcessFile(tree.text, true, true).importedFiles.map(({ fileName }) => fileName);
}

function resolveWithin(from: string, specifier: string): string {
  const target = resolve(SOURCE, dirname(from), specifier);
  const found = [`${target}.ts`, join(target, 'index.ts'), target].find((file) => existsSync(file));
  if (!found) throw new Error(`${from} imports ${specifier}, which is not there`);
  return relative(SOURCE, found);
}
