import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Extensions } from './extensions';
import { LostNotes } from './lost-notes';

@Global()
@Module({ imports: [DiscoveryModule], providers: [Extensions, LostNotes], exports: [Extensions] })
export class ExtensionsModule {}
