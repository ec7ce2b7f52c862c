import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { INestApplication } from '@nestjs/common';
import type { Command } from 'commander';
import { type CommandRunner } from '../platform/commands';
import { type AccessManifest, describeAccess, describeAccessChanges, describeApi } from '../api-contract';
import { VERSIONING } from '../app.setup';
import { moduleGraph } from './contexts';

const DOCUMENT = 'openapi.json';
const MANIFEST = 'access-manifest.json';
const UNREADABLE = `${MANIFEST} is not valid JSON, so the changes are unknown: review its diff before you commit it.`;

/** Writes the generated files that are committed: the API document and the access manifest. */
export function addContract(program: Command, run: CommandRunner): void {
  program
    .command('openapi:write')
    .description('write openapi.json from the controllers; needs no database')
    .action(async () => {
      const app = await versioned();
      await run(
        async () => app,
        async () => {
          write(DOCUMENT, describeApi(app));
          return { data: { file: DOCUMENT }, text: '' };
        },
      );
    });

  program
    .command('manifest:write')
    .description('write access-manifest.json: who may use which route; says what has changed')
    .action(async () => {
      const app = await versioned();
      await run(
        async () => app,
        async () => {
          const manifest = describeAccess(app);
          const former = existsSync(MANIFEST) ? read(MANIFEST) : {};
          const changes = former ? describeAccessChanges(former, manifest) : [UNREADABLE];
          write(MANIFEST, manifest);
          return {
            data: { file: MANIFEST, changes },
            text: changes.map((change) => `${change}\n`).join(''),
          };
        },
      );
    });
}

async function versioned(): Promise<INestApplication> {
  return (await moduleGraph()).enableVersioning(VERSIONING);
}

/** @returns undefined where the file is not JSON, as with conflict markers of a merge */
function read(file: string): AccessManifest | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as AccessManifest;
  } catch {
    return undefined;
  }
}

function write(file: string, content: object): void {
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
}
