export { Client, type ClientInfo, clientOf } from './client';
export { ConditionalGet } from './conditional-get';
export { hasRules, propertiesOf } from './class-rules';
export { limitBodyBytes } from './body-bytes';
export { acceptBodies } from './body-parsers';
export {
  BodyLimit,
  type BodyPolicy,
  bodyPolicyOf,
  Consumes,
  type FileField,
  fileCountOf,
  isParsedType,
  Multipart,
} from './body-policy';
export { EmptyRequest } from './empty-request';
export { enableCors } from './cors';
export { type RequestContext, CurrentRequest } from './current-request';
export { createFastify, responseTo } from './fastify';
export {
  type HandlerParameter,
  parametersOf,
  ValidationGroups,
  validationGroupsOf,
} from './handler-parameters';
export { HttpModule } from './http.module';
export { HttpSettings } from './http.settings';
export { type JsonSchema, jsonSchemaOf } from './json-schemas';
export { absenceOf, type AcceptedValues, acceptedValuesOf } from './nest-pipes';
export { OpenObject } from './open-object';
export { PageType, toPage, PageQuery, parseCursor } from './pagination';
export { Problem, PROBLEM_MEDIA_TYPE, ProblemViolation } from './problem';
export { ApiProblems, problemsDeclaredOn } from './problem-docs';
export { type DescribedProblem, describeProblem, pascalCase } from './problem-schema';
export {
  AuthenticationRequired,
  Conflict,
  HeadersTooLarge,
  MalformedRequest,
  NotFound,
  PayloadTooLarge,
  RequestTimeout,
  sizeInWords,
  UnsupportedMediaType,
} from './request-errors';
export { existingGeneratedRequestIdOf } from './request-id';
export type { FileUpload } from './file-upload';
export { RequestBodies } from './request-bodies';
export { RequestValidation } from './request-validation';
export { isPlainText, PlainText, normalizePlainText } from './plain-text';
export { DOCUMENTS_POLICY } from './security-headers';
export { sourceOf } from './source';
export { UuidParam } from './uuid-param';
export { configureServer } from './server-options';
export { InsecureTransport } from './transport';
export { Public, PUBLIC } from './public.decorator';
export { type RegisteredRoute, RouteTable } from './route-table';
