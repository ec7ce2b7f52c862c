import { Conformance } from '../support/conformance';
import type { Received } from '../support/http-client';
import { COMMITTED } from '../support/contract';

const PROBLEM = { 'content-type': 'application/problem+json; charset=utf-8' };
const REFUSED = {
  type: 'urn:problem-type:gatehouse:invalid-credentials',
  title: 'Invalid credentials',
  status: 401,
  detail: 'No.',
  instance: '01a22289-5159-7506-8558-939628de5e9f',
  code: 'invalid-credentials',
};
const TOKENS = {
  accessToken: 'a',
  tokenType: 'Bearer',
  expiresIn: 900,
  refreshToken: 'r',
  refreshExpiresIn: 9,
  deviceToken: 'd',
};

const received = (status: number, body: object | string, headers: Record<string, string>): Received => ({
  status,
  headers: new Headers(headers),
  text: typeof body === 'string' ? body : JSON.stringify(body),
});
const json = { 'content-type': 'application/json; charset=utf-8' };
const refused = (change: object = {}, headers: object = { 'www-authenticate': 'Bearer realm="G"' }) =>
  received(401, { ...REFUSED, ...change }, { ...PROBLEM, ...headers });

describe('an answer that is held to the document', () => {
  const conformance = Conformance.committed();
  const check =
    (answer: Received, method = 'POST', target = '/v1/auth/login?useCookies=false') =>
    () =>
      conformance.check(method, target, answer);

  it.each([
    ['the tokens', received(200, TOKENS, json)],
    ['a problem', refused()],
  ])('may be %s that it describes', (_, answer) => {
    expect(check(answer)).not.toThrow();
  });

  it.each([
    ['has a status of its own', received(418, REFUSED, PROBLEM), /418.*not described/],
    ['has a member of its own', received(200, { ...TOKENS, role: 'x' }, json), /additional properties/],
    ['lacks a member', received(200, { ...TOKENS, expiresIn: undefined }, json), /expiresIn/],
    ['has a member of another type', received(200, { ...TOKENS, expiresIn: '9' }, json), /integer/],
    ['is neither of two shapes', received(200, { ...TOKENS, tokenType: 'MAC' }, json), /tokenType/],
    ['is a problem with a member of its own', refused({ stack: 'at …' }), /additional properties/],
    ['is a problem with a code of another route', refused({ code: 'invalid-token' }), /code/],
    ['is a problem with the words of another', refused({ title: 'No' }), /title/],
    ['lacks a header that is promised', refused({}, {}), /WWW-Authenticate/i],
    [
      'is JSON where a problem is described',
      refused({}, { 'www-authenticate': 'Bearer', ...json }),
      /application\/json/,
    ],
    ['is no JSON', received(200, 'ok', { 'content-type': 'text/plain' }), /text\/plain/],
  ])('fails where it %s', (_, answer, fault) => {
    expect(check(answer)).toThrow(fault);
  });

  it('fails where it has a body and none is described', () => {
    expect(check(received(204, 'x', json), 'POST', '/v1/auth/logout')).toThrow(/a body/);
    expect(check(received(204, '', {}), 'POST', '/v1/auth/logout')).not.toThrow();
  });

  it('is told to be of the route that the application would take it for', () => {
    const profile = COMMITTED.paths['/v1/users/me']?.get?.responses['200']?.content?.['application/json'];
    const answer = received(200, profile?.example as object, json);
    for (const target of ['/v1/users/me', '/v1/users/m%65?x=/'])
      expect(check(answer, 'GET', target)).not.toThrow();
    expect(check(answer, 'GET', '/v1/users/other')).toThrow(/status/);
  });

  it('is a problem where the document knows no such address', () => {
    expect(check(refused(), 'GET', '/nowhere')).not.toThrow();
    expect(check(refused({ more: 1 }), 'GET', '/nowhere')).toThrow(/additional/);
    expect(check(refused({ code: 'of-a-team', help: 'x' }), 'GET', '/nowhere')).not.toThrow();
    expect(check(received(404, {}, json), 'GET', '/nowhere')).toThrow(/no problem/);
  });
});
