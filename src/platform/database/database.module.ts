import { type DynamicModule, Global, Module, type OnApplicationShutdown, type Type } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type MigrationInterface } from 'typeorm';
import { Clock } from '../clock';
import { ConfigModule } from '../config';
import { connect, connectionOptions, open } from './connect';
import { Database } from './database';
import { ClockDiagnosis, DatabaseDiagnosis, MigrationsDiagnosis } from './database.diagnosis';
import { DatabaseServer } from './database-server';
import { DatabaseSettings } from './database.settings';
import { Inspection } from './inspection';
import { Migrations } from './migrations';

const declaredMigrations = new Set<Type<MigrationInterface>>();

@Module({
  imports: [ConfigModule.of(DatabaseSettings)],
  providers: [DatabaseServer],
  exports: [DatabaseServer, ConfigModule],
})
class DatabaseServerModule {}

/** The one connection pool, the schema brought up to date before anybody asks it, and `Database`. */
@Global()
@Module({
  imports: [
    DatabaseServerModule,
    TypeOrmModule.forRootAsync({
      imports: [DatabaseServerModule],
      inject: [DatabaseServer, DatabaseSettings],
      useFactory: async (server: DatabaseServer, settings: DatabaseSettings) => ({
        ...connectionOptions(await server.start(), settings, declaredMigrations),
        autoLoadEntities: true,
        manualInitialization: true,
        toRetry: () => false,
      }),
    }),
  ],
  providers: [
    { provide: Migrations, useFactory: (source: DataSource) => new Migrations(source), inject: [DataSource] },
    {
      provide: Database,
      inject: [
        { token: Inspection, optional: true },
        DataSource,
        Migrations,
        DatabaseServer,
        DatabaseSettings,
        Clock,
      ],
      useFactory: async (
        inspection: Inspection | undefined,
        source: DataSource,
        ...rest: [Migrations, DatabaseServer, DatabaseSettings, Clock]
      ) => {
        if (!inspection) await open(source, ...rest);
        else if (!inspection.fault) await inspection.attempt(async () => connect(source, rest[3]));
        return new Database(source);
      },
    },
    DatabaseDiagnosis,
    MigrationsDiagnosis,
    ClockDiagnosis,
  ],
  exports: [Database, Migrations, DatabaseServerModule],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(
    private readonly dataSource: DataSource,
    private readonly server: DatabaseServer,
  ) {}

  /** For the context of a command that only looks, beside this module. */
  static inspected(): DynamicModule {
    return { module: InspectionModule, global: true, providers: [Inspection], exports: [Inspection] };
  }

  /** The tables and migrations that a room brings along. */
  static forFeature(
    entities: Parameters<typeof TypeOrmModule.forFeature>[0],
    migrations: readonly Type<MigrationInterface>[],
  ): DynamicModule {
    for (const migration of migrations) declaredMigrations.add(migration);
    return TypeOrmModule.forFeature(entities);
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
    await this.server.stop();
  }
}

@Module({})
class InspectionModule {}
