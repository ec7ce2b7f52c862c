import { writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import type { Command } from 'commander';
import { AppModule } from '../app.module';
import { VERSIONING } from '../app.setup';
import { describeApi } from '../openapi';
import { createFastify } from '../platform/http';
import type { Run } from './run';

const FILE = 'openapi.json';

export function addOpenapi(program: Command, run: Run): void {
  program
    .command('openapi:write')
    .description('write openapi.json from the controllers; needs no database')
    .action(async () => {
      // Preview builds the module graph without creating a provider.
      const preview = { preview: true, abortOnError: false, logger: false } as const;
      const app = await NestFactory.create(AppModule, createFastify(), preview);
      app.enableVersioning(VERSIONING);
      await run(
        async () => app,
        async () => {
          writeFileSync(FILE, `${JSON.stringify(describeApi(app), null, 2)}\n`);
          return { data: { file: FILE }, words: '' };
        },
      );
    });
}
