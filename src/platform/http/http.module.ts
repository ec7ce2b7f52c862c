import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { ConfigModule } from '../config';
import { HttpSettings } from './http.settings';
import { ProblemFilter } from './problem.filter';
import { RequestValidation } from './request-validation';
import { RouteTable } from './route-table';

@Global()
@Module({
  imports: [ConfigModule.of(HttpSettings)],
  providers: [
    RouteTable,
    RequestValidation,
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_PIPE, useExisting: RequestValidation },
  ],
  exports: [ConfigModule, RouteTable, RequestValidation],
})
export class HttpModule {}
