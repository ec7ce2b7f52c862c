import { type DynamicModule, Module } from '@nestjs/common';
import type { CommandRegistrar } from './command';

// Filled while the modules are loaded, since the command line is parsed before there is an application.
const registrars = new Set<CommandRegistrar>();

/** Adds operator commands: a module that has some imports `CommandsModule.forFeature(addItsCommands)`. */
@Module({})
export class CommandsModule {
  static forFeature(registrar: CommandRegistrar): DynamicModule {
    registrars.add(registrar);
    return { module: CommandsModule };
  }
}

/** @returns what the loaded modules have registered */
export function registeredCommands(): readonly CommandRegistrar[] {
  return [...registrars];
}
