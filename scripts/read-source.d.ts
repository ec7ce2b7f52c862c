import type ts from 'typescript';

/** A file of `src`, by its path within it. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** Parsed on first use. */
  readonly tree: ts.SourceFile;
}

/** A class of `src` with its static properties. */
export interface SourceClass {
  readonly name: string;
  /** Its folder below `src`. */
  readonly folder: string;
  /** Its comment, in one line. */
  readonly meaning: string;
  readonly code?: string;
  readonly kind?: string;
  readonly type?: string;
}

export interface Source {
  readonly policies: readonly { readonly name: string; readonly meaning: string }[];
  readonly permissions: ReadonlyMap<string, { readonly meaning: string; readonly folder: string }>;
}

export function sourceFiles(): readonly SourceFile[];
export function readSource(): Source;
export function kindsOf(source: Source, ancestor: string): SourceClass[];
