import { type INestApplicationContext, Module, type Type } from '@nestjs/common';
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

/** A schema that is not up to date stops it, and nothing is migrated by the way. */
const AS_IT_IS = EnvironmentModule.withOptions({ overrides: { MIGRATE_ON_START: 'false' } });

/** No more than the schema needs: the rooms' migrations are known as soon as `app.module` is loaded. */
@Module({
  imports: [
    EnvironmentModule.withOptions({ overrides: { MIGRATE_ON_START: 'true' }, only: [DatabaseSettings] }),
    ...BASE,
  ],
})
class MigrationModule {}

/** The keys and what they lie in. */
@Module({ imports: [AS_IT_IS, ...BASE, StoredKeyringModule] })
class KeyringModule {}

/** The whole application and what a team added to it, so that whoever listens to a room's events hears a command's, too. */
@Module({ imports: [AS_IT_IS, AppModule] })
class ApplicationModule {}

/** The same, only to be looked at. */
@Module({
  imports: [EnvironmentModule.withOptions({ inspectOnly: true }), DatabaseModule.inspectOnly(), AppModule],
})
class InspectedModule {}

/**
 * Everything is made and nothing begun. What goes on by itself (the outbox, the feed, upkeep, the figures' listener) begins in
 * `onApplicationBootstrap`, so a command neither collides with a running instance nor does any of its work.
 */
async function atRest(module: Type): Promise<INestApplicationContext> {
  return NestFactory.create(module, createFastify(), {
    abortOnError: false,
    logger: false,
    bodyParser: false,
  });
}

/** At rest, but with what the rooms get ready in `onModuleInit`: whoever hashes a password or writes a mail needs their keys. */
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

export const contexts = {
  migration: async () => atRest(MigrationModule),
  keyring: async () => atRest(KeyringModule),
  application: async () => atRest(ApplicationModule),
  readyApplication: async () => ready(ApplicationModule),
  inspection: async () => atRest(InspectedModule),
} satisfies Record<string, ContextFactory>;
