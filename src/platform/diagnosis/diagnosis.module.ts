import { Global, Module } from '@nestjs/common';
import { Diagnoses } from './diagnosis';

@Global()
@Module({ providers: [Diagnoses], exports: [Diagnoses] })
export class DiagnosisModule {}
