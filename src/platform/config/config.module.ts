import { type DynamicModule, Global, Module } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { SettingsDoctorCheck } from './config.doctor';
import { Environment, type SettingsClass, type Variables } from './environment';
import { temporarySecret, readVariables } from './environment-files';

/** How a command reads the settings, where that differs from a start of the application. */
export interface EnvironmentOptions {
  /** Take precedence over the process variables and the `.env` files. */
  readonly overrides?: Variables;
  /** The settings classes that the command needs; by default all registered ones. */
  readonly only?: readonly SettingsClass<unknown>[];
  /** Writes no file, and collects faults instead of throwing: `Environment.findFaults` returns them. */
  readonly inspectOnly?: boolean;
}

const ENVIRONMENT_OPTIONS = Symbol('environment options');

/** Provides the `Environment`, the only reader of `process.env`. */
@Global()
@Module({})
export class EnvironmentModule {
  static forRoot(): DynamicModule {
    const useFactory = (modules: ModulesContainer, options?: EnvironmentOptions): Environment =>
      createEnvironment(declaredSettings(modules), options);
    return {
      module: EnvironmentModule,
      providers: [
        {
          provide: Environment,
          useFactory,
          inject: [ModulesContainer, { token: ENVIRONMENT_OPTIONS, optional: true }],
        },
        SettingsDoctorCheck,
      ],
      exports: [Environment],
    };
  }

  /** For the context of a command, beside the module that imports `forRoot()`. */
  static withOptions(options: EnvironmentOptions): DynamicModule {
    const providers = [{ provide: ENVIRONMENT_OPTIONS, useValue: options }];
    return { module: EnvironmentOptionsModule, global: true, providers, exports: [ENVIRONMENT_OPTIONS] };
  }
}

@Module({})
class EnvironmentOptionsModule {}

/** The settings for a command without providers; it writes no file and throws for no fault. */
export function inspectedEnvironment(): Environment {
  return createEnvironment([], { inspectOnly: true });
}

/** @param options of a command; undefined for the application */
function createEnvironment(
  settings: readonly SettingsClass<unknown>[],
  options?: EnvironmentOptions,
): Environment {
  const { overrides = {}, only, inspectOnly = false } = options ?? {};
  const storesSecret = only === undefined && !inspectOnly;
  const { variables, committed } = readVariables(
    process.env,
    process.cwd(),
    storesSecret ? undefined : temporarySecret,
    options !== undefined,
  );
  const environment = new Environment({ ...variables, ...overrides }, committed, settings);
  return inspectOnly ? environment : environment.validated(only);
}

/** A module that needs settings imports `ConfigModule.forFeature(ItsSettings)` and injects `ItsSettings`. */
@Module({})
export class ConfigModule {
  static forFeature(settings: SettingsClass<unknown>): DynamicModule {
    const useFactory = (environment: Environment): unknown => environment.get(settings);
    return {
      module: ConfigModule,
      providers: [
        { provide: settings, useFactory, inject: [Environment] },
        { provide: Symbol('settings'), useValue: new DeclaredSettings(settings) },
      ],
      exports: [settings],
    };
  }
}

class DeclaredSettings {
  constructor(readonly settings: SettingsClass<unknown>) {}
}

/** @returns the settings classes of the modules of an application; another application in the process may have others */
export function declaredSettings(modules: ModulesContainer): SettingsClass<unknown>[] {
  const providers = [...modules.values()].flatMap((module) => [...module.providers.values()]);
  const found = providers.flatMap(({ instance }: { readonly instance?: unknown }) =>
    instance instanceof DeclaredSettings ? [instance.settings] : [],
  );
  return [...new Set(found)];
}
