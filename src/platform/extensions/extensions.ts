import { Injectable } from '@nestjs/common';
import { type DiscoverableDecorator, DiscoveryService } from '@nestjs/core';

/** A provider that added itself by a decorator. */
export interface Extension<Options, Provider> {
  /** Of its class, for messages. */
  readonly name: string;
  readonly options: Options;
  readonly provider: Provider;
}

/** Finds what modules have added, whoever's they are: nobody keeps a list of them. */
@Injectable()
export class Extensions {
  constructor(private readonly discovery: DiscoveryService) {}

  /**
   * @param decorator made by `DiscoveryService.createDecorator`
   * @returns every provider whose class it stands on, in no order
   */
  of<Provider extends object, Options>(
    decorator: DiscoverableDecorator<Options>,
  ): Extension<Options, Provider>[] {
    return this.discovery.getProviders({ metadataKey: decorator.KEY }).flatMap((wrapper) => {
      const options = this.discovery.getMetadataByDecorator(decorator, wrapper);
      const { name, instance } = wrapper;
      return options ? [{ name: String(name), options, provider: instance as Provider }] : [];
    });
  }
}
