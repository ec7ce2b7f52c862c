import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { MethodNotAllowed } from './request-errors';
import { RouteTable } from './route-table';

describe('the route table', () => {
  const table = new RouteTable();
  let server: FastifyInstance;

  const methodsFor = (url: string) => {
    const refusal = table.errorFor({ method: 'TRACE', raw: { url } as FastifyRequest['raw'] });
    return refusal instanceof MethodNotAllowed ? refusal.allowed : [];
  };

  beforeAll(async () => {
    // As createFastify sets it: a parameter is as long as a request's head may be.
    server = fastify({ routerOptions: { maxParamLength: 16_384 } });
    table.recordRoutes(server);
    const answer = async () => 'ok';
    server.get('/v1/items', answer);
    server.post('/v1/items', answer);
    server.get('/v1/items/:id', answer);
    server.delete('/v1/items/:id', answer);
    server.get('/docs/*', answer);
    server.route({ method: ['PUT', 'PATCH'], url: '/v1/both', handler: answer });
    await server.register(async (scope) => scope.get('/inner', answer), { prefix: '/scope' });
    await server.ready();
  });

  afterAll(async () => server.close());

  it.each([
    ['a plain address', '/v1/items', ['GET', 'HEAD', 'POST']],
    ['one with a query', '/v1/items?limit=1&x=/v1/both', ['GET', 'HEAD', 'POST']],
    ['one with a parameter', '/v1/items/7', ['DELETE', 'GET', 'HEAD']],
    ['an encoded parameter', '/v1/items/a%2Fb', ['DELETE', 'GET', 'HEAD']],
    ['a long parameter', `/v1/items/${'x'.repeat(5_000)}`, ['DELETE', 'GET', 'HEAD']],
    ['what a wildcard covers', '/docs/a/b.css', ['GET', 'HEAD']],
    ['a route of several methods', '/v1/both', ['PATCH', 'PUT']],
    ['a route within a prefix', '/scope/inner', ['GET', 'HEAD']],
  ])('knows the methods of %s, those that Fastify adds included', (_, target, methods) => {
    expect(methodsFor(target)).toEqual(methods);
  });

  it.each([
    ['an unknown address', '/v1/nothing'],
    ['the same in another case', '/V1/items'],
    ['an address further down', '/v1/items/7/8'],
    ['a part of an address', '/v1'],
    ['a slash more', '//v1/items'],
    ['broken encoding', '/v1/items/%zz'],
    ['the asterisk form', '*'],
    ['nothing', ''],
  ])('knows no method for %s', (_, target) => {
    expect(methodsFor(target)).toEqual([]);
  });

  it('has nothing against the method where the handler itself found nothing', () => {
    const raw = { url: '/v1/items/7' } as FastifyRequest['raw'];
    expect(table.errorFor({ method: 'GET', raw })).not.toBeInstanceOf(MethodNotAllowed);
    expect(table.errorFor({ method: 'PUT', raw })).toBeInstanceOf(MethodNotAllowed);
  });

  it('answers as the server itself does', async () => {
    const targets = ['/v1/items', `/v1/items/${'x'.repeat(5_000)}`, '/v1/items/%zz', '/docs/', '/v1/none'];
    for (const url of targets) {
      const { statusCode } = await server.inject({ method: 'GET', url });
      expect([url, methodsFor(url).includes('GET')]).toEqual([url, statusCode === 200]);
    }
  });

  it('lists every route once', () => {
    const listed = table.routes.map(({ method, url }) => `${method} ${url}`);
    expect(new Set(listed).size).toBe(listed.length);
    expect(listed).toContain('DELETE /v1/items/:id');
  });
});
