import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'public-url';

/** In development: keeps where the application is, for the links of commands that are run without its PORT. */
export function storePublicUrl(dataDir: string, publicUrl: string): void {
  try {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(join(dataDir, FILE), `${publicUrl}\n`);
  } catch {
    // A folder that is not writable: the commands then take the port of their own settings.
  }
}

/** Where the application of this folder listened last; undefined where that is not known. */
export function storedPublicUrl(dataDir: string): string | undefined {
  try {
    const url = readFileSync(join(dataDir, FILE), 'utf8').trim();
    return URL.canParse(url) ? url : undefined;
  } catch {
    return undefined;
  }
}
