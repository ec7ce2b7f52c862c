import { Injectable, type Type } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { ApplicationConfig, DiscoveryService, MetadataScanner } from '@nestjs/core';
import { parametersOf, replacePipes, sharedPipesOf, validationGroupsOf } from './handler-parameters';
import { faultsIn, globalPipeFault, isValidator } from './input-faults';
import { pipesOf } from './parameter-validation';

type Methods = Readonly<Record<string, object | undefined>>;

/** Faults of the controllers that were prepared: a process may hold several applications. */
const prepared = new WeakMap<Type, readonly string[]>();

/** Gives every handler parameter its validation, once and before Nest reads the pipes of the handlers. */
@Injectable()
export class InputValidation {
  constructor(
    private readonly config: ApplicationConfig,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  /** @throws Error that names each parameter that nothing validates, and what to do */
  prepare(): void {
    const shared = this.config.getGlobalRequestPipes().map(({ metatype }) => metatype as unknown);
    const faults = [
      ...[...this.config.getGlobalPipes(), ...shared].filter(isValidator).map(globalPipeFault),
      ...this.discovery.getControllers().flatMap(({ metatype }) => this.prepareController(metatype as Type)),
    ];
    if (faults.length > 0) throw new Error(faults.join('\n'));
  }

  private prepareController(controller: Type): readonly string[] {
    const faults =
      prepared.get(controller) ??
      this.scanner
        .getAllMethodNames(controller.prototype as object)
        .flatMap((name) =>
          prepareHandler(controller, name).map((fault) => `${controller.name}.${name} ${fault}`),
        );
    prepared.set(controller, faults);
    return faults;
  }
}

function prepareHandler(controller: Type, name: string): string[] {
  const handler = (controller.prototype as Methods)[name];
  // A handler of messages has parameters of the same numbers.
  if (!handler || !Reflect.hasMetadata(PATH_METADATA, handler)) return [];
  const parameters = parametersOf(controller, name);
  const groups = validationGroupsOf(handler);
  const faults = faultsIn({ handler, parameters, sharedPipes: sharedPipesOf(controller, handler), groups });
  if (faults.length > 0) return faults;
  const bodies = parameters.filter(({ kind }) => kind === 'body').map((each) => each.name);
  const members = bodies.includes(undefined)
    ? undefined
    : new Set(bodies.filter((each) => each !== undefined));
  const pipes = parameters.map((each) => [each.key, pipesOf(each, groups, members)] as const);
  replacePipes(controller, name, new Map(pipes));
  return [];
}
