import { Global, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { APP_FILTER, APP_PIPE, DiscoveryModule } from '@nestjs/core';
import { ConfigModule } from '../config';
import { BasePathDoctorCheck } from './base-path.doctor';
import { CurrentRequest } from './current-request';
import { HttpSettings } from './http.settings';
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
    PublicUrlDoctorCheck,
    BasePathDoctorCheck,
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_PIPE, useExisting: RequestValidation },
  ],
  exports: [ConfigModule, CurrentRequest, RouteTable, RequestBodies, RequestValidation],
})
export class HttpModule implements OnApplicationBootstrap {
  constructor(
    private readonly routes: RouteTable,
    private readonly settings: HttpSettings,
  ) {}

  onApplicationBootstrap(): void {
    this.routes.assertNoRouteBelow(this.settings.publicPath);
  }
}
