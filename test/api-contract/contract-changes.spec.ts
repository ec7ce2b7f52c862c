import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  and,
  changed,
  LOGIN,
  PART,
  type Place,
  PROFILE,
  REGISTER,
  SCHEMAS,
  UNION,
} from '../support/changed-contract';
import { COMMITTED, type Contract, readContract } from '../support/contract';
import { breakingChanges } from '../support/contract-changes';

const GONE = undefined;

/** The document with the path alone that a change is of: all others would be compared in vain. */
function only(change: string): Contract {
  const [, path = ''] = change.split(' ');
  return { ...PART, paths: { [path]: PART.paths[path] ?? {} } };
}

const without = (word: string) => (all: string[]) => all.filter((each) => each !== word);

describe('what breaks clients of the released document', () => {
  it('is nothing where nothing changed', () => {
    expect(breakingChanges(COMMITTED, COMMITTED)).toEqual([]);
  });

  it.each<[string, Place, unknown]>([
    ['GET /v1/users/me is gone', ['paths', '/v1/users/me', 'get'], GONE],
    ['POST /v1/auth/login is called signIn instead of logIn', [...LOGIN, 'operationId'], 'signIn'],
    [
      'GET /health/live no longer answers those with no credentials',
      ['paths', '/health/live', 'get', 'security'],
      GONE,
    ],
    [
      'GET /v1/users/me no longer answers those with cookie',
      ['paths', '/v1/users/me', 'get', 'security'],
      [{ bearer: [] }],
    ],
    [
      'GET /v1/users/me no longer answers those with bearer',
      ['paths', '/v1/users/me', 'get', 'security'],
      [{ bearer: [], cookie: [] }],
    ],
    ['POST /v1/auth/login no longer knows the query parameter useCookies', [...LOGIN, 'parameters'], []],
    [
      'POST /v1/auth/login needs the query parameter useCookies',
      [...LOGIN, 'parameters', 0, 'required'],
      true,
    ],
    [
      'POST /v1/auth/login needs the header parameter X-Tenant',
      [...LOGIN, 'parameters'],
      and({ name: 'X-Tenant', in: 'header', required: true }),
    ],
    [
      'POST /v1/auth/login no longer takes true as the query parameter useCookies',
      [...LOGIN, 'parameters', 0, 'schema', 'enum'],
      ['false'],
    ],
    [
      'POST /v1/auth/refresh needs a body',
      ['paths', '/v1/auth/refresh', 'post', 'requestBody', 'required'],
      true,
    ],
    [
      'POST /v1/auth/login no longer takes application/json',
      [...LOGIN, 'requestBody', 'content', 'application/json'],
      GONE,
    ],
    ['POST /v1/auth/register needs the body/displayName', [...REGISTER, 'required'], and('displayName')],
    [
      'POST /v1/auth/register no longer takes the body/displayName',
      [...REGISTER, 'properties', 'displayName'],
      GONE,
    ],
    [
      'POST /v1/auth/register no longer takes the body/displayName as null',
      [...REGISTER, 'properties', 'displayName', 'type'],
      'string',
    ],
    [
      'POST /v1/auth/register has a narrower maxLength for the body/email',
      [...REGISTER, 'properties', 'email', 'maxLength'],
      100,
    ],
    [
      'POST /v1/auth/register has a narrower minLength for the body/password',
      [...REGISTER, 'properties', 'password', 'minLength'],
      8,
    ],
    [
      'POST /v1/auth/register has another format for the body/email',
      [...REGISTER, 'properties', 'email', 'format'],
      'idn-email',
    ],
    [
      'PATCH /v1/users/{id} no longer takes disabled as the body/status',
      [...SCHEMAS, 'ChangeUserRequest', 'properties', 'status', 'enum'],
      ['active'],
    ],
    ['POST /v1/auth/login no longer answers 200', [...LOGIN, 'responses', '200'], GONE],
    ['POST /v1/auth/login may answer 201', [...LOGIN, 'responses', '201'], { description: 'Created' }],
    [
      'POST /v1/auth/logout answers 204 with a body',
      ['paths', '/v1/auth/logout', 'post', 'responses', '204', 'content'],
      { 'application/json': {} },
    ],
    [
      'GET /v1/users/me no longer answers 200 as application/json',
      ['paths', '/v1/users/me', 'get', 'responses', '200', 'content'],
      { 'application/xml': {} },
    ],
    ['GET /v1/users/me no longer has 200/email', [...PROFILE, 'properties', 'email'], GONE],
    ['GET /v1/users/me does not always have 200/email', [...PROFILE, 'required'], without('email')],
    [
      'GET /v1/users/me may answer 200/email as null',
      [...PROFILE, 'properties', 'email', 'type'],
      ['string', 'null'],
    ],
    [
      'GET /v1/users/me may answer 200/roles/* as integer',
      [...PROFILE, 'properties', 'roles', 'items', 'type'],
      'integer',
    ],
    ['GET /v1/users/me has another format for 200/id', [...PROFILE, 'properties', 'id', 'format'], 'ulid'],
    [
      'GET /v1/users may answer locked as 200/items/*/status',
      [...SCHEMAS, 'UserResponse', 'properties', 'status', 'enum'],
      and('locked'),
    ],
    [
      'POST /v1/auth/login no longer answers 200 Cookie',
      [...SCHEMAS, 'LoginOutcome', 'oneOf'],
      [{ $ref: '#/components/schemas/LoginResponse' }],
    ],
    [
      'POST /v1/auth/login may answer 200 DPoP',
      [...SCHEMAS, 'LoginOutcome', 'oneOf'],
      and({ properties: { tokenType: { enum: ['DPoP'] } } }),
    ],
    [
      'POST /v1/auth/reauthenticate no longer answers 401 token-stale',
      [...UNION, 'oneOf'],
      (all: { $ref: string }[]) => all.filter(({ $ref }) => !$ref.includes('Stale')),
    ],
    ['POST /v1/auth/login no longer answers 422', [...LOGIN, 'responses', '422'], GONE],
    [
      'POST /v1/auth/login no longer has 422 validation-failed/errors',
      [...SCHEMAS, 'ValidationFailedProblem', 'properties', 'errors'],
      GONE,
    ],
    [
      'POST /v1/auth/login no longer promises Retry-After with 429',
      ['components', 'responses', 'RateLimited', 'headers', 'Retry-After'],
      GONE,
    ],
  ])('is named: %s', (words, place, to) => {
    expect(breakingChanges(only(words), changed(place, to))).toContain(words);
  });
});

describe('openapi.json', () => {
  // Each is a line under "### Breaking" of the part of the changelog that is not released yet.
  const [unreleased = ''] = readFileSync(join(__dirname, '../../CHANGELOG.md'), 'utf8')
    .split(/^## /m)
    .slice(1);
  const [, breaking = ''] = unreleased.split(/^### Breaking$/m);
  const stated = breaking.split('\n').flatMap((line) => /^- `(.+)`/.exec(line)?.[1] ?? []);

  it('breaks no client of openapi.released.json but where the changelog says so', () => {
    const changes = breakingChanges(readContract('openapi.released.json'), COMMITTED);
    expect(changes.filter((change) => !stated.includes(change))).toEqual([]);
    // Nor does the changelog say what is not so.
    expect(stated.filter((change) => !changes.includes(change))).toEqual([]);
  });
});
