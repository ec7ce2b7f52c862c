import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

/** Beside the built application, or where `scripts/build-pages.js` puts them. */
const FOLDERS = [join(__dirname, '../../pages'), join(__dirname, '../../../pages/dist')];

export const LOGO_TYPES: Readonly<Record<string, string>> = {
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
};
const TYPES: Readonly<Record<string, string>> = {
  ...LOGO_TYPES,
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** Compressed variants of a file, the best first: content coding and ending. */
const CODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

/** What `pages/build.js` tells of its output, by the names of assets. */
export interface PagesManifest {
  readonly script: string;
  readonly style: string;
  readonly icon: string;
  /** What the script imports before it runs. */
  readonly preloads: readonly string[];
  /** The strings of each language. */
  readonly languages: Readonly<Record<string, string>>;
  /** The pages, below `/account`. */
  readonly paths: readonly string[];
}

/** A file with the compressed variants that there are. */
export interface Asset {
  readonly type: string;
  readonly bytes: Buffer;
  /** By content coding, the smallest first. */
  readonly compressed: ReadonlyMap<string, Buffer>;
}

/** Returns the folder of the built pages; undefined where they are not built. */
export function findPages(): string | undefined {
  return FOLDERS.find((folder) => existsSync(join(folder, 'manifest.json')));
}

export function readManifest(folder: string): PagesManifest {
  return JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as PagesManifest;
}

/** Reads all assets, by their names. */
export function readAssets(folder: string): Map<string, Asset> {
  const names = readdirSync(join(folder, 'assets')).filter((name) => extname(name) in TYPES);
  return new Map(names.map((name) => [name, readAsset(join(folder, 'assets', name))]));
}

export function readAsset(file: string): Asset {
  const found = CODINGS.filter(([, ending]) => existsSync(file + ending));
  const compressed = found.map(([coding, ending]) => [coding, readFileSync(file + ending)] as const);
  return { type: TYPES[extname(file)] ?? '', bytes: readFileSync(file), compressed: new Map(compressed) };
}

/** Compresses a text as the build does with files. */
export function assetOf(text: string, type: string): Asset {
  const bytes = Buffer.from(text);
  const compressed = [['br', brotliCompressSync(bytes)] as const, ['gzip', gzipSync(bytes)] as const];
  return { type, bytes, compressed: new Map(compressed) };
}
