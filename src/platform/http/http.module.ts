import { Global, Module, type NestModule, type OnApplicationBootstrap } from '@nestjs/common';
import { APP_FILTER, DiscoveryModule } from '@nestjs/core';
import { ConfigModule } from '../config';
import { BasePathDoctorCheck } from './base-path.doctor';
import { CurrentRequest } from './current-request';
import { HttpSettings } from './http.settings';
import { InputValidation } from './input-validation';
import { ProblemFilter } from './problem.filter';
import { PublicUrlDoctorCheck } from './public-url.doctor';
import { RequestBodies } from './request-bodies';
import { RequestValidation } from './request-validation';
import { RouteTable } from './route-table';

@Global()
@Module({
  imports: [ConfigModule.forFeature(HttpSettings), DiscoveryModule],
  providers: [
    CurrentRequest,
    RouteTable,
    RequestBodies,
    RequestValidation,
    InputValidation,
    PublicUrlDoctorCheck,
    BasePathDoctorCheck,
    { provide: APP_FILTER, useClass: ProblemFilter },
  ],
  exports: [ConfigModule, CurrentRequest, RouteTable, RequestBodies, RequestValidation],
})
export class HttpModule implements NestModule, OnApplicationBootstrap {
  constructor(
    private readonly routes: RouteTable,
    private readonly settings: HttpSettings,
    private readonly inputs: InputValidation,
  ) {}

  /** Nest calls it after all modules are known, and before it creates the routes. */
  configure(): void {
    this.inputs.prepare();
  }

  onApplicationBootstrap(): void {
    this.routes.assertNoRouteBelow(this.settings.publicPath);
  }
}
