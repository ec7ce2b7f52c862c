import { type DynamicModule, Global, Module, type OnApplicationShutdown, type Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type MigrationInterface } from 'typeorm';
import { Clock } from '../clock';
import { ConfigModule } from '../config';
import { connect, connectionOptions, open } from './connect';
import { Database } from './database';
import { ClockDoctorCheck, DatabaseDoctorCheck, MigrationsDoctorCheck } from './database.doctor';
import { DatabaseServer } from './database-server';
import { DatabaseSettings } from './database.settings';
import { Inspection } from './inspection';
import { Migrations } from './migrations';

/** Of every room whose file was loaded, for a context without rooms. */
const everyRoom = new Set<Type<MigrationInterface>>();
const EVERY_ROOM = Symbol('every room');

/** What a room brings along. */
class RoomMigrations {
  constructor(readonly classes: readonly Type<MigrationInterface>[]) {}
}

/** Those of the rooms of this application: another one in the process may be made of others. */
function migrationsIn(modules: ModulesContainer): Set<Type<MigrationInterface>> {
  const providers = [...modules.values()].flatMap((room) => [...room.providers.values()]);
  const found = providers.flatMap(({ instance }: { readonly instance?: unknown }) =>
    instance instanceof RoomMigrations ? [...instance.classes] : [],
  );
  return new Set(found);
}

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
      inject: [DatabaseServer, DatabaseSettings, ModulesContainer, { token: EVERY_ROOM, optional: true }],
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
    {
      provide: Migrations,
      inject: [DataSource, DatabaseSettings],
      useFactory: (source: DataSource, settings: DatabaseSettings) => new Migrations(source, settings),
    },
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
        return new Database(source, rest[2]);
      },
    },
    DatabaseDoctorCheck,
    MigrationsDoctorCheck,
    ClockDoctorCheck,
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

  /** For the context of a command that knows no room, beside this module: the schema is that of all of them. */
  static ofEveryRoom(): DynamicModule {
    const providers = [{ provide: EVERY_ROOM, useValue: everyRoom }];
    return { module: EveryRoomModule, global: true, providers, exports: [EVERY_ROOM] };
  }

  /** The tables and migrations that a room brings along. */
  static forFeature(
    entities: Parameters<typeof TypeOrmModule.forFeature>[0],
    migrations: readonly Type<MigrationInterface>[],
  ): DynamicModule {
    for (const migration of migrations) everyRoom.add(migration);
    return {
      module: RoomModule,
      imports: [TypeOrmModule.forFeature(entities)],
      providers: [{ provide: Symbol('migrations'), useValue: new RoomMigrations(migrations) }],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
    await this.server.stop();
  }
}

@Module({})
class RoomModule {}

@Module({})
class EveryRoomModule {}

@Module({})
class InspectionModule {}
