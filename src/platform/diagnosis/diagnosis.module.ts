import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Diagnoses } from './diagnosis';

@Global()
@Module({ imports: [DiscoveryModule], providers: [Diagnoses], exports: [Diagnoses] })
export class DiagnosisModule {}
