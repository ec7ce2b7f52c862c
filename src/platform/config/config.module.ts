import { type DynamicModule, Global, Module } from '@nestjs/common';
import { SettingsDoctorCheck } from './config.doctor';
import { Environment, type Settings, type Variables } from './environment';
import { forgetSecret, readVariables } from './environment-files';

/** How a command reads the settings, where it does so otherwise than a start. */
export interface Reading {
  /** Win over what the shell and the `.env` files say. */
  readonly overrides?: Variables;
  /** What the command needs; left out: everything that was declared. */
  readonly only?: readonly Settings<unknown>[];
  /** Nothing is written, and faults stop nothing: they are there for whoever asks for them. */
  readonly inspects?: boolean;
}

const READING = Symbol('reading');

/** The only reader of `process.env`. */
@Global()
@Module({})
export class EnvironmentModule {
  static of(): DynamicModule {
    const useFactory = (reading?: Reading): Environment => environmentBy(reading);
    return {
      module: EnvironmentModule,
      providers: [
        { provide: Environment, useFactory, inject: [{ token: READING, optional: true }] },
        SettingsDoctorCheck,
      ],
      exports: [Environment],
    };
  }

  /** For the context of a command, beside whatever imports `of()`. */
  static reading(reading: Reading): DynamicModule {
    const providers = [{ provide: READING, useValue: reading }];
    return { module: ReadingModule, global: true, providers, exports: [READING] };
  }
}

@Module({})
class ReadingModule {}

/** @param reading of a command; left out for the application */
function environmentBy(reading?: Reading): Environment {
  const { overrides = {}, only, inspects = false } = reading ?? {};
  const keeps = only === undefined && !inspects;
  const { variables, committed } = readVariables(
    process.env,
    process.cwd(),
    keeps ? undefined : forgetSecret,
    reading !== undefined,
  );
  const environment = new Environment({ ...variables, ...overrides }, committed);
  return inspects ? environment : environment.verified(only);
}

/** A room that needs settings imports `ConfigModule.of(ItsSettings)` and injects `ItsSettings`. */
@Module({})
export class ConfigModule {
  static of(settings: Settings<unknown>): DynamicModule {
    Environment.declare(settings);
    const useFactory = (environment: Environment): unknown => environment.of(settings);
    return {
      module: ConfigModule,
      providers: [{ provide: settings, useFactory, inject: [Environment] }],
      exports: [settings],
    };
  }
}
