import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, getSchemaPath, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import {
  ACCESS_COOKIE,
  AuthenticationRequired,
  CrossSiteRequest,
  InsufficientPermission,
  InsufficientUserAuthentication,
  InvalidToken,
  JWT,
  TokenStale,
} from '../../access';
import { accessTo, describedStrategies, providersOf, type RouteAccess } from '../access-manifest';
import { problemsOfLoginChecks, runsLoginChecks } from '../../auth';
import { describeBodyPolicy, requireBody } from './bodies';
import { describeAnswers } from './responses';
import { describeGroups, dropUnusedSchemas } from './groups';
import { schemaConverter } from './standard-schemas';
import { showExamples } from './examples';
import { describeInputs, inputModelsOf, inputProblemsOf } from './inputs';
import { describeRefusals } from './problems';
import {
  type DocumentedErrorClass,
  InternalError,
  RateLimited,
  Unavailable,
  ValidationFailed,
} from '../../platform/errors';
import {
  bodyPolicyOf,
  HeadersTooLarge,
  InsecureTransport,
  MalformedRequest,
  PayloadTooLarge,
  Problem,
  problemsDeclaredOn,
  ProblemViolation,
  RequestTimeout,
  UnsupportedMediaType,
} from '../../platform/http';
import { routesOf } from '../routes';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Schema = Extract<Schemas[string], { properties?: unknown }>;
type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

const BODY_PROBLEMS = [PayloadTooLarge, UnsupportedMediaType, RateLimited];
const ANY_TIME = [MalformedRequest, RequestTimeout, HeadersTooLarge, InternalError, Unavailable];
const COOKIE_MODE =
  'Cookie mode (`POST /v1/auth/login?useCookies=true`). ' +
  'An unsafe request is refused unless a page of this site or of an allowed origin sent it.';
const INTRODUCTION =
  'Registration, sign-in, sessions, access tokens and user administration. ' +
  'Sign up with `POST /v1/auth/register`, sign in with `POST /v1/auth/login`, ' +
  'and send the access token as `Authorization: Bearer`. ' +
  'Every error is an RFC 9457 problem: switch on its `code`, and treat an unknown code by its `status`. ' +
  '`x-problem` names the schema that all problems share.';

/** Creates the OpenAPI 3.1 document from the controllers and their DTO classes. */
export function describeApi(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Gatehouse')
    .setDescription(INTRODUCTION)
    .setVersion('1')
    .addServer('/', 'The server that provides this document')
    .setLicense('MIT', 'https://spdx.org/licenses/MIT.html')
    .addTag('authentication', 'Sign up, sign in, refresh tokens and sign out.')
    .addTag('factors', 'Add and remove second factors, and complete sign-ins with them.')
    .addTag('sessions', 'List and revoke the sessions of the signed-in user.')
    .addTag('profile', 'Read and update the profile of the signed-in user.')
    .addTag('account', 'Verify an address, reset or change credentials, export or delete an account.')
    .addTag('administration', 'Manage users, their sessions, roles and permissions. Requires permissions.')
    .addTag('audit', 'Read the recorded security events. Requires a permission.')
    .addTag('discovery', 'Public metadata for front ends and for services that verify access tokens.')
    .addTag('health', 'Probes for orchestrators and load balancers.')
    .addExtension('x-problem', { $ref: getSchemaPath(Problem) })
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, 'bearer')
    .addCookieAuth(ACCESS_COOKIE, { type: 'apiKey', in: 'cookie', description: COOKIE_MODE }, 'cookie')
    .addSecurityRequirements('bearer')
    .addSecurityRequirements('cookie');
  const described = describedStrategies(app);
  for (const { name, scheme } of described) config.addSecurity(name, scheme);
  const handled = routesOf(app);
  const convert = schemaConverter();
  const document = SwaggerModule.createDocument(app, config.build(), {
    extraModels: [Problem, ProblemViolation, ...handled.flatMap(inputModelsOf)],
    standardSchemaConverter: convert,
  });
  const components = (document.components ??= {});
  const schemas = (components.schemas ??= {});
  const routes = new Map(handled.map((route) => [route.address, route]));
  const inGroups = new Set<string>();
  for (const [address, operation] of operationsOf(document)) {
    const route = routes.get(address) ?? routes.get(address.replace(/^\S+/, 'ALL'));
    if (!route) throw new Error(`${operation.operationId} is documented, and no handler serves it`);
    const { controller, handler } = route;
    const bodyPolicy = bodyPolicyOf(controller, route.name);
    const access = accessTo(route);
    secure(operation, access);
    describeInputs(operation, route, schemas, convert);
    const replaced = describeGroups(operation, route, schemas);
    if (replaced !== undefined) inGroups.add(replaced);
    const refusals = [
      ...(address.startsWith('GET ') ? [] : BODY_PROBLEMS),
      ...guardProblemsOf(operation, access),
      ...(bodyPolicy?.multipart ? [ValidationFailed] : []),
      ...inputProblemsOf(route),
      ...[controller, handler].flatMap(problemsDeclaredOn),
      ...described.flatMap(({ name, problems }) => (access.strategies.includes(name) ? problems : [])),
      ...(runsLoginChecks(handler) ? problemsOfLoginChecks(providersOf(app)) : []),
    ];
    describeRefusals(operation, refusals, components);
    describeAnswers(operation, schemas);
    describeBodyPolicy(operation, bodyPolicy, schemas);
    requireBody(operation, schemas);
    closeEmptyAnswers(operation, schemas);
    showExamples(operation, schemas);
  }
  dropUnusedSchemas(document, inGroups, schemas);
  return document;
}

/** By method and path, as in the manifest. */
function operationsOf(document: OpenAPIObject): [string, Operation][] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, Operation>)
      .filter(([, operation]) => 'responses' in operation)
      .map(([method, operation]): [string, Operation] => [`${method.toUpperCase()} ${path}`, operation]),
  );
}

function secure(operation: Operation, { caller, strategies }: RouteAccess): void {
  if (caller === 'anybody') operation.security = [...(operation.security ?? []), {}];
  else if (caller === 'anybody, with an optional user') operation.security = [...securityOf(strategies), {}];
  else if (strategies.some((strategy) => strategy !== JWT)) operation.security = securityOf(strategies);
}

/** The problems that guards and the platform return for a route. */
function guardProblemsOf(
  { requestBody, tags }: Operation,
  { caller, strategies, crossSite, permissions, recentSignIn }: RouteAccess,
): DocumentedErrorClass[] {
  return [
    ...(requestBody ? [ValidationFailed] : []),
    ...(tags?.includes('health') ? [] : [InsecureTransport]),
    ...(caller === 'signed in' ? [AuthenticationRequired] : []),
    ...(strategies.includes(JWT) ? [InvalidToken, TokenStale] : []),
    ...(crossSite === 'refused' ? [CrossSiteRequest] : []),
    ...(permissions.length > 0 ? [InsufficientPermission] : []),
    ...(recentSignIn ? [InsufficientUserAuthentication] : []),
    ...ANY_TIME,
  ];
}

/** Any one of these; an access token is sent as a bearer token or as a cookie. */
function securityOf(strategies: readonly string[]): Record<string, string[]>[] {
  const names = strategies.flatMap((strategy) => (strategy === JWT ? ['bearer', 'cookie'] : [strategy]));
  return names.map((name) => ({ [name]: [] }));
}

/** A schema without properties would allow any object; a response class without properties is an empty object. */
function closeEmptyAnswers({ responses }: Operation, schemas: Schemas): void {
  for (const response of Object.values(responses)) {
    if (!response || !('content' in response)) continue;
    const { schema } = response.content?.['application/json'] ?? {};
    const answer = schemaOf(schema, schemas);
    if (answer && isEmpty(answer)) answer.additionalProperties = false;
  }
}

function schemaOf(schema: object | undefined, schemas: Schemas): Schema | undefined {
  const name = schema && '$ref' in schema ? String(schema.$ref).split('/').at(-1) : undefined;
  const found = schemas[name ?? ''];
  return found && 'properties' in found ? found : undefined;
}

function isEmpty({ properties }: Schema): boolean {
  return Object.keys(properties ?? {}).length === 0;
}
