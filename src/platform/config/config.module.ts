import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Environment, type Settings, type Variables } from './environment';
import { readVariables } from './environment-files';

/** The only reader of `process.env`. */
@Global()
@Module({})
export class EnvironmentModule {
  /** @param overrides win over what the shell and the `.env` files say */
  static of(overrides: Variables = {}): DynamicModule {
    const useFactory = (): Environment =>
      new Environment({ ...readVariables(process.env, process.cwd()), ...overrides }).verified();
    return {
      module: EnvironmentModule,
      providers: [{ provide: Environment, useFactory }],
      exports: [Environment],
    };
  }
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
