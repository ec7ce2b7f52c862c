import { type DynamicModule, Global, Module, type OnApplicationShutdown, type Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type MigrationInterface } from 'typeorm';
import { Clock } from '../clock';
import { ConfigModule } from '../config';
import { connectDatabase, connectionOptions, openDatabase } from './connect';
import { Database } from './database';
import { ClockDoctorCheck, DatabaseDoctorCheck, MigrationsDoctorCheck } from './database.doctor';
import { DatabaseServer } from './database-server';
import { DatabaseSettings } from './database.settings';
import { DatabaseInspection } from './inspection';
import { MigrationRunner } from './migrations';

/** The migrations of every loaded module file, for a context without those modules. */
const allMigrations = new Set<Type<MigrationInterface>>();
const ALL_MIGRATIONS = Symbol('all migrations');

class FeatureMigrations {
  constructor(readonly classes: readonly Type<MigrationInterface>[]) {}
}

/** The migrations of this application's modules; another application in the process may have others. */
function migrationsIn(modules: ModulesContainer): Set<Type<MigrationInterface>> {
  const providers = [...modules.values()].flatMap((module) => [...module.providers.values()]);
  const found = providers.flatMap(({ instance }: { readonly instance?: unknown }) =>
    instance instanceof FeatureMigrations ? [...instance.classes] : [],
  );
  return new Set(found);
}

@Module({
  imports: [ConfigModule.forFeature(DatabaseSettings)],
  providers: [DatabaseServer],
  exports: [DatabaseServer, ConfigModule],
})
class DatabaseServerModule {}

/** The connection pool, the migrated schema, and `Database`. */
@Global()
@Module({
  imports: [
    DatabaseServerModule,
    TypeOrmModule.forRootAsync({
      imports: [DatabaseServerModule],
      inject: [DatabaseServer, DatabaseSettings, ModulesContainer, { token: ALL_MIGRATIONS, optional: true }],
      useFactory: async (
        server: DatabaseServer,
        settings: DatabaseSettings,
        modules: ModulesContainer,
        migrations: ReadonlySet<Type<MigrationInterface>> = migrationsIn(modules),
      ) => ({
        ...connectionOptions(await server.start(), settings, migrations),
        autoLoadEntities: true,
        manualInitialization: true,
        toRetry: () => false,
      }),
    }),
  ],
  providers: [
    MigrationRunner,
    {
      provide: Database,
      inject: [
        { token: DatabaseInspection, optional: true },
        DataSource,
        MigrationRunner,
        DatabaseServer,
        DatabaseSettings,
        Clock,
      ],
      useFactory: async (
        inspection: DatabaseInspection | undefined,
        source: DataSource,
        ...rest: [MigrationRunner, DatabaseServer, DatabaseSettings, Clock]
      ) => {
        if (!inspection) await openDatabase(source, ...rest);
        else if (!inspection.fault) await inspection.attempt(async () => connectDatabase(source, rest[3]));
        return new Database(source, rest[2]);
      },
    },
    DatabaseDoctorCheck,
    MigrationsDoctorCheck,
    ClockDoctorCheck,
  ],
  exports: [Database, MigrationRunner, DatabaseServerModule],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(
    private readonly dataSource: DataSource,
    private readonly server: DatabaseServer,
  ) {}

  /** For the context of a command that only inspects, beside this module. */
  static inspectOnly(): DynamicModule {
    return {
      module: InspectionModule,
      global: true,
      providers: [DatabaseInspection],
      exports: [DatabaseInspection],
    };
  }

  /** For the context of a command without feature modules, beside this module: the schema has all migrations. */
  static withAllMigrations(): DynamicModule {
    const providers = [{ provide: ALL_MIGRATIONS, useValue: allMigrations }];
    return { module: AllMigrationsModule, global: true, providers, exports: [ALL_MIGRATIONS] };
  }

  /** The entities and migrations of a feature module. */
  static forFeature(
    entities: Parameters<typeof TypeOrmModule.forFeature>[0],
    migrations: readonly Type<MigrationInterface>[],
  ): DynamicModule {
    for (const migration of migrations) allMigrations.add(migration);
    return {
      module: FeatureModule,
      imports: [TypeOrmModule.forFeature(entities)],
      providers: [{ provide: Symbol('migrations'), useValue: new FeatureMigrations(migrations) }],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
    await this.server.stop();
  }
}

@Module({})
class FeatureModule {}

@Module({})
class AllMigrationsModule {}

@Module({})
class InspectionModule {}
