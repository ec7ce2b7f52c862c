import { Global, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { ConfigModule } from '../config';
import { BasePathDiagnosis } from './base-path.diagnosis';
import { CurrentRequest } from './current-request';
import { HttpDiagnosis } from './http.diagnosis';
import { HttpSettings } from './http.settings';
import { ProblemFilter } from './problem.filter';
import { PublicUrlDiagnosis } from './public-url.diagnosis';
import { RequestValidation } from './request-validation';
import { RouteTable } from './route-table';

@Global()
@Module({
  imports: [ConfigModule.of(HttpSettings)],
  providers: [
    CurrentRequest,
    RouteTable,
    RequestValidation,
    HttpDiagnosis,
    PublicUrlDiagnosis,
    BasePathDiagnosis,
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_PIPE, useExisting: RequestValidation },
  ],
  exports: [ConfigModule, CurrentRequest, RouteTable, RequestValidation],
})
export class HttpModule implements OnApplicationBootstrap {
  constructor(
    private readonly routes: RouteTable,
    private readonly settings: HttpSettings,
  ) {}

  onApplicationBootstrap(): void {
    this.routes.assertNoneBelow(this.settings.publicPath);
  }
}
