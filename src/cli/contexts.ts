import { type INestApplication, type INestApplicationContext, Module, type Type } from '@nestjs/common';
import { NestApplicationContext, NestFactory } from '@nestjs/core';
import { AppModule } from '../app.module';
import type { ContextFactory } from '../platform/commands';
import { ClockModule } from '../platform/clock';
import { EnvironmentModule } from '../platform/config';
import { DatabaseModule, DatabaseSettings } from '../platform/database';
import { DoctorModule } from '../platform/doctor';
import { ExtensionsModule } from '../platform/extensions';
import { createFastify } from '../platform/http';
import { StoredKeyringModule } from '../platform/keyring';

const BASE = [
  EnvironmentModule.forRoot(),
  ExtensionsModule,
  DoctorModule,
  ClockModule,
  DatabaseModule,
  DatabaseModule.withAllMigrations(),
];

/** A command stops where the schema is not up to date, and does not migrate it. */
const AS_IT_IS = EnvironmentModule.withOptions({ overrides: { MIGRATE_ON_START: 'false' } });

/** Only what migrating needs: the migrations of all modules are known as soon as `app.module` is loaded. */
@Module({
  imports: [
    EnvironmentModule.withOptions({ overrides: { MIGRATE_ON_START: 'true' }, only: [DatabaseSettings] }),
    ...BASE,
  ],
})
class MigrationModule {}

@Module({ imports: [AS_IT_IS, ...BASE, StoredKeyringModule] })
class KeyringModule {}

/** The whole application with the modules of a team, so that their event listeners receive the events of a command. */
@Module({ imports: [AS_IT_IS, AppModule] })
class ApplicationModule {}

/** The same for inspection: it changes nothing. */
@Module({
  imports: [EnvironmentModule.withOptions({ inspectOnly: true }), DatabaseModule.inspectOnly(), AppModule],
})
class InspectedModule {}

/**
 * Creates all providers and runs no hook. Background work (outbox, change feed, jobs, metrics listener) starts in
 * `onApplicationBootstrap`, so a command does none of it and does not collide with a running instance.
 */
async function atRest(module: Type): Promise<INestApplicationContext> {
  return NestFactory.create(module, createFastify(), {
    abortOnError: false,
    logger: false,
    bodyParser: false,
  });
}

/** Runs `onModuleInit` as well: a command that hashes a password or sends a mail needs the keys that are loaded there. */
async function ready(module: Type): Promise<INestApplicationContext> {
  const app = await atRest(module);
  try {
    if (app instanceof NestApplicationContext) await app['callInitHook']();
    return app;
  } catch (error) {
    await app.close().catch(() => undefined);
    throw error;
  }
}

/** The module graph of the application without a provider created: values of providers exist. */
export async function moduleGraph(): Promise<INestApplication> {
  const options = { preview: true, abortOnError: false, logger: false } as const;
  return NestFactory.create(AppModule, createFastify(), options);
}

export const contexts = {
  migration: async () => atRest(MigrationModule),
  keyring: async () => atRest(KeyringModule),
  application: async () => atRest(ApplicationModule),
  readyApplication: async () => ready(ApplicationModule),
  moduleGraph,
  inspection: async () => atRest(InspectedModule),
} satisfies Record<string, ContextFactory>;
