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
import { COMMITTED, type Contract } from '../support/contract';
import { breakingChanges } from '../support/contract-changes';

/** Of the paths that the changes are of: all others would be compared in vain. */
const released: Contract = {
  ...PART,
  paths: Object.fromEntries(
    Object.entries(PART.paths).filter(([path]) =>
      /login|users\/me$|register|reauthenticate|\{id\}/.test(path),
    ),
  ),
};

describe('what breaks no client of the released document', () => {
  it.each<[string, Place, unknown]>([
    ['operation', ['paths', '/v1/new'], { get: COMMITTED.paths['/v1/users/me']?.get }],
    ['optional parameter', [...LOGIN, 'parameters'], and({ name: 'x', in: 'query' })],
    ['optional property of a body', [...REGISTER, 'properties', 'more'], { type: 'string' }],
    [
      'value that a body may have',
      [...SCHEMAS, 'ChangeUserRequest', 'properties', 'status', 'enum'],
      and('locked'),
    ],
    ['property of an answer', [...PROFILE, 'properties', 'more'], { type: 'string' }],
    [
      'problem where there was one',
      [...LOGIN, 'responses', '401'],
      COMMITTED.paths['/v1/auth/reauthenticate']?.post?.responses['401'],
    ],
    ['problem among others', [...UNION, 'oneOf'], and({ $ref: '#/components/schemas/ConflictProblem' })],
    ['status of a problem', [...LOGIN, 'responses', '409'], { $ref: '#/components/responses/Conflict' }],
    [
      'way to authenticate',
      ['paths', '/v1/users/me', 'get', 'security'],
      [{ bearer: [] }, { cookie: [] }, { key: [] }],
    ],
    ['way in without any', ['paths', '/v1/users/me', 'get', 'security'], [{}]],
    ['longer text that is taken', [...REGISTER, 'properties', 'email', 'maxLength'], 1_000],
    ['body that may be left out', [...LOGIN, 'requestBody', 'required'], false],
    ['description', ['info', 'description'], 'New.'],
  ])('is a new %s', (_, place, to) => {
    expect(breakingChanges(released, changed(place, to))).toEqual([]);
  });
});
