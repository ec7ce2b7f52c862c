import type ts from 'typescript';

/** A file of `src`, by its path within it. */
export interface ParsedFile {
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
}

/** A class of `src` with what it says of itself statically. */
export interface SourceClass {
  readonly name: string;
  /** Its folder below `src`. */
  readonly room: string;
  /** Its comment, in one line. */
  readonly meaning: string;
  readonly code?: string;
  readonly kind?: string;
  readonly type?: string;
}

export interface Source {
  readonly permissions: ReadonlyMap<string, { readonly meaning: string; readonly room: string }>;
}

export function parseSource(): readonly ParsedFile[];
export function readSource(): Source;
export function kindsOf(source: Source, ancestor: string): SourceClass[];
