export { Client, type ClientInfo, clientOf } from './client';
export { Conditional } from './conditional-get';
export { boundBodies } from './body-bytes';
export { allowOrigins } from './cors';
export { type Cause, CurrentRequest } from './current-request';
export { serveBelow } from './base-path';
export { createFastify, isAnswering } from './fastify';
export { HttpModule } from './http.module';
export { HttpSettings } from './http.settings';
export { acceptOnlyJson } from './json-body';
export { type Page, PageOf, pageOf, PageQuery, startOf } from './page';
export { Problem, PROBLEM_MEDIA_TYPE, ProblemViolation } from './problem';
export { ApiProblems, problemsDeclaredOn } from './problem-docs';
export { type DescribedProblem, describeProblem, pascalCase } from './problem-schema';
export {
  AuthenticationRequired,
  Conflict,
  Forbidden,
  HeadersTooLarge,
  MalformedRequest,
  MethodNotAllowed,
  NotFound,
  PayloadTooLarge,
  RequestTimeout,
  UnsupportedMediaType,
} from './request-errors';
export { ownRequestIdIn } from './request-id';
export { RequestValidation } from './request-validation';
export { isText, Text, type TextRule, withoutEdges } from './text';
export { trustProxies } from './proxies';
export { DOCUMENTS_POLICY } from './security-headers';
export { sourceOf } from './source';
export { UuidParam } from './uuid-param';
export { insistOnHttps, InsecureTransport } from './transport';
export { Public, PUBLIC } from './public.decorator';
export { type Route, RouteTable } from './route-table';
