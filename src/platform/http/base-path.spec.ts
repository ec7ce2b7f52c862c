import { RouteTable } from './route-table';
import { withoutBase } from './base-path';

describe('a target below the path of PUBLIC_URL', () => {
  it.each([
    ['/auth/v1/users/me', '/v1/users/me'],
    ['/v1/users/me', '/v1/users/me'],
    ['/auth', '/'],
    ['/auth/', '/'],
    ['/auth?a=/auth', '/?a=/auth'],
    ['/auth/v1/users?cursor=a?b', '/v1/users?cursor=a?b'],
    ['/authors', '/authors'],
    ['/auth/auth/v1', '/auth/v1'],
    ['/auth//v1', '//v1'],
    ['//auth/v1', '//auth/v1'],
    ['/%61uth/v1', '/%61uth/v1'],
    ['/.well-known/oauth-authorization-server/auth', '/.well-known/oauth-authorization-server'],
    ['/.well-known/oauth-authorization-server/auth?a', '/.well-known/oauth-authorization-server?a'],
    ['/auth/.well-known/jwks.json', '/.well-known/jwks.json'],
    ['/.well-known/oauth-authorization-server/other', '/.well-known/oauth-authorization-server/other'],
    ['*', '*'],
    ['', ''],
  ])('%j is %j', (target, expected) => {
    expect(withoutBase(target, '/auth')).toBe(expected);
    expect(withoutBase(target, '')).toBe(target);
  });

  it('is told from a route of the application, or the start stops', () => {
    const table = new RouteTable();
    table.routes.push({ method: 'GET', url: '/account/account.js' }, { method: 'GET', url: '/v1/users/:id' });
    expect(() => table.assertNoRouteBelow('/account')).toThrow('GET /account/account.js');
    expect(() => table.assertNoRouteBelow('/v1/users')).toThrow('PUBLIC_URL ends with /v1/users');
    for (const path of ['', '/auth', '/acc', '/v1/user'])
      expect(() => table.assertNoRouteBelow(path)).not.toThrow();
  });
});
