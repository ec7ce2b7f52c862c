import { type INestApplication, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { VERSIONING } from '../../src/app.setup';
import { createFastify } from '../../src/platform/http';

/** These modules without a provider created: enough for what describes an application, and a tenth of a start. */
export async function preview(...modules: readonly Type[]): Promise<INestApplication> {
  @Module({ imports: [...modules] })
  class PreviewModule {}
  const options = { preview: true, abortOnError: false, logger: false } as const;
  const app = await NestFactory.create(PreviewModule, createFastify(), options);
  return app.enableVersioning(VERSIONING);
}
