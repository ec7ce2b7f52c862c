import { type DynamicModule, Global, Module, type OnApplicationShutdown, type Type } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type MigrationInterface } from 'typeorm';
import { Clock } from '../clock';
import { ConfigModule } from '../config';
import { connectionOptions, open } from './connect';
import { Database } from './database';
import { DatabaseServer } from './database-server';
import { DatabaseSettings } from './database.settings';
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
      inject: [DataSource, Migrations, DatabaseServer, DatabaseSettings, Clock],
      useFactory: async (
        source: DataSource,
        ...rest: [Migrations, DatabaseServer, DatabaseSettings, Clock]
      ) => {
        await open(source, ...rest);
        return new Database(source);
      },
    },
  ],
  exports: [Database, Migrations, DatabaseServerModule],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(
    private readonly dataSource: DataSource,
    private readonly server: DatabaseServer,
  ) {}

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
