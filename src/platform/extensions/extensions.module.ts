import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Extensions } from './extensions';
import { LostDecorators } from './lost-decorators';

@Global()
@Module({ imports: [DiscoveryModule], providers: [Extensions, LostDecorators], exports: [Extensions] })
export class ExtensionsModule {}
