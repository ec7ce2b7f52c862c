import { Global, Module } from '@nestjs/common';
import { Doctor } from './doctor';

@Global()
@Module({ providers: [Doctor], exports: [Doctor] })
export class DoctorModule {}
