import type { LoggerService, ModuleMetadata } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { Clock, ClockModule } from '../../src/platform/clock';
import { Environment, EnvironmentModule, type Variables } from '../../src/platform/config';
import { DatabaseModule } from '../../src/platform/database';
import { EventsModule } from '../../src/platform/events';
import { ExtensionsModule } from '../../src/platform/extensions';
import { TEST_ENVIRONMENT } from './app';
import { timed } from './costs';
import type { TestClock } from './test-clock';

const SILENT: LoggerService = { log: () => undefined, warn: () => undefined, error: () => undefined };

export interface ContextOptions {
  readonly imports: ModuleMetadata['imports'];
  /** Of the database that it works on; without one, nothing is connected to. */
  readonly databaseUrl?: string;
  readonly env?: Variables;
  readonly clock?: TestClock;
}

/**
 * A few modules on the platform's first ones, started without HTTP: for rules of a provider, and of a start that is refused.
 * It takes a tenth of the time that the application takes. What is logged in the process is lost from then on.
 */
export async function startContext({
  imports = [],
  databaseUrl,
  env = {},
  clock,
}: ContextOptions): Promise<TestingModule> {
  return timed('start', async () => {
    const connected = databaseUrl === undefined ? [] : [DatabaseModule, EventsModule];
    const platform = [EnvironmentModule.forRoot(), ExtensionsModule, ClockModule, ...connected];
    const builder = Test.createTestingModule({ imports: [...platform, ...imports] })
      .setLogger(SILENT)
      .overrideProvider(Environment)
      .useFactory({
        factory: () => new Environment({ ...TEST_ENVIRONMENT, DATABASE_URL: databaseUrl, ...env }),
      });
    if (clock) builder.overrideProvider(Clock).useValue(clock);
    const module = await builder.compile();
    return module.init();
  });
}
