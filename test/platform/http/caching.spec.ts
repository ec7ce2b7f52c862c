import { RouteTable } from '../../../src/platform/http';
import { CACHE_CONTROL } from '../../support/addresses';
import type { TestApp } from '../../support/app';
import { sharedApp } from '../../support/shared-app';

describe('Cache-Control', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await sharedApp();
  });

  it('is no-store on every answer that carries a token or personal data', async () => {
    const { api } = app;
    const person = await app.someone();
    const login = await api.post('/v1/auth/login', { json: person });
    const { accessToken: token, refreshToken } = await app.signIn(person);
    const answers = [
      login,
      await api.post('/v1/auth/register', { json: person }),
      await api.post('/v1/auth/refresh', { json: { refreshToken } }),
      await api.post('/v1/auth/reauthenticate', { json: { password: person.password }, token }),
      await api.get('/v1/users/me', { token }),
      await api.send('HEAD', '/v1/users/me', { token }),
      await api.patch('/v1/users/me', { json: { displayName: 'Ada' }, token }),
      await api.get('/v1/auth/principal', { token }),
      await api.get('/v1/sessions', { token }),
      await api.send('HEAD', '/v1/sessions', { token }),
      await api.send('DELETE', '/v1/sessions', { token }),
      await api.post('/v1/auth/logout', { token }),
    ];
    for (const { status, headers } of answers) {
      expect(status).toBeLessThan(300);
      expect(headers.get('cache-control')).toBe('no-store');
    }
  });

  // In every method: slow/every-route.spec.ts.
  it('is no-store on every answer that does not say otherwise itself, errors included', async () => {
    const routes = app.nest.get(RouteTable).routes.filter(({ url }) => !url.startsWith('/docs'));
    const others = ['/nope', '/%zz'].map((url) => ({ method: 'GET', url }));
    for (const { method, url } of [...routes, ...others]) {
      const { status, headers } = await app.api.send(method, url);
      const expected = (status === 200 && CACHE_CONTROL[url]) || 'no-store';
      expect(`${method} ${url}: ${headers.get('cache-control')}`).toBe(`${method} ${url}: ${expected}`);
    }
  });
});

describe('the key set', () => {
  it('may be cached, and holds the public half of each key and no more', async () => {
    const { api } = await sharedApp();
    const { status, headers, body } = await api.get<{ keys: Record<string, string>[] }>(
      '/.well-known/jwks.json',
    );
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^application\/jwk-set\+json/);
    expect(headers.get('cache-control')).toMatch(/^public, max-age=[1-9]\d*$/);
    expect(Object.keys(body)).toEqual(['keys']);
    expect(body.keys.length).toBeGreaterThan(0);
    for (const key of body.keys) {
      expect(Object.keys(key).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
      expect(key).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' });
      for (const member of ['kid', 'x', 'y']) expect(key[member]).toMatch(/^[\w-]{43}$/);
    }
  });
});
