import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { lostDecoratorsOf } from './decorator-metadata';

/** Stops the start where a decorator has no effect because another one above it replaced the method. */
@Injectable()
export class LostDecorators implements OnModuleInit {
  constructor(private readonly discovery: DiscoveryService) {}

  /** @throws Error that names each such decorator and method */
  onModuleInit(): void {
    const found = [...this.discovery.getControllers(), ...this.discovery.getProviders()];
    const prototypes = new Set(found.flatMap(({ metatype }) => prototypesOf(metatype)));
    const faults = [...prototypes].flatMap((prototype) =>
      lostDecoratorsOf(prototype).map(
        ({ decorator, name }) =>
          `${decorator} has no effect on ${prototype.constructor.name}.${String(name)}: a decorator above it replaces the method.` +
          `\n  → write ${decorator} above that decorator`,
      ),
    );
    if (faults.length > 0) throw new Error(faults.join('\n'));
  }
}

/** The prototypes of a class and the classes it extends; empty for a factory or a value. */
function prototypesOf(metatype: unknown): object[] {
  const prototypes: object[] = [];
  for (
    let each: unknown = typeof metatype === 'function' ? metatype.prototype : null;
    typeof each === 'object' && each !== null && each !== Object.prototype;
    each = Object.getPrototypeOf(each)
  )
    prototypes.push(each);
  return prototypes;
}
