import type ts from 'typescript';

/** A file of `src`, by its path within it. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** Parsed when it is asked for. */
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

export function sourceFiles(): readonly SourceFile[];
export function readSource(): Source;
export function kindsOf(source: Source, ancestor: string): SourceClass[];
