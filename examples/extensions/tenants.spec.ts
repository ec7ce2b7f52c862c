import { Injectable, Module, type Type } from '@nestjs/common';
import { AccessTokenClaims, type AccessTokenClaimsProvider } from '../../src/auth';
import { startApp, type TestApp, withApp } from '../../test/support/app';
import { readJws } from '../../test/support/jws';
import { expectProblem } from '../../test/support/problem';
import { TenantsModule } from './tenants';

/** A module whose claims a test chooses. */
function stating(names: string[], claims: Record<string, unknown> = {}): Type {
  @Injectable()
  @AccessTokenClaims({ names })
  class StatedClaims implements AccessTokenClaimsProvider {
    async claimsOf(): Promise<Record<string, unknown>> {
      return claims;
    }
  }

  @Module({ providers: [StatedClaims] })
  class StatingModule {}
  return StatingModule;
}

describe('a claim that a module brings along', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp({ modules: [TenantsModule] });
  });

  afterAll(async () => app.close());

  it('is in the tokens of a sign-in and of a refresh, and handlers know it', async () => {
    const { accessToken, refreshToken } = await app.signIn();
    expect(readJws(accessToken).claims.tenant).toBe('example.com');
    const { body } = await app.api.post<{ accessToken: string }>('/v1/auth/refresh', {
      json: { refreshToken },
    });
    expect(readJws(body.accessToken).claims.tenant).toBe('example.com');
    expect((await app.api.get('/v1/tenant', { token: body.accessToken })).text).toBe('example.com');
  });

  it('leaves what every token says as it is', async () => {
    const { accessToken: token } = await app.signIn();
    const { status, body } = await app.api.get('/v1/auth/principal', { token });
    expect(status).toBe(200);
    expect(body).not.toHaveProperty('tenant');
  });
});

describe('the claims of an access token', () => {
  it.each([
    'iss',
    'sub',
    'aud',
    'exp',
    'nbf',
    'iat',
    'jti',
    'client_id',
    'sid',
    'auth_time',
    'amr',
    'acr',
    'roles',
    'ver',
    'cnf',
    'act',
  ])('keep the registered %s from being stated by a module', async (name) => {
    await expect(startApp({ modules: [stating([name])] })).rejects.toThrow(
      `StatedClaims states the claim "${name}", which is registered.\n  → use another name`,
    );
  });

  it('are stated by one module each', async () => {
    const modules = [stating(['tenant']), TenantsModule];
    await expect(startApp({ modules })).rejects.toThrow(/both state the claim "tenant"/);
  });

  it.each([
    ['what was not declared', { plan: 'gold', sub: 'somebody else' }],
    ['more than a cookie has room for', { plan: 'x'.repeat(1_100) }],
  ])('are not signed with %s: nobody gets a token', async (_, claims) => {
    await withApp({ modules: [stating(['plan'], claims)] }, async ({ api }) => {
      const json = { email: 'ada@example.com', password: 'teal otters juggle 7 lanterns' };
      await api.post('/v1/auth/register', { json });
      expectProblem(await api.post('/v1/auth/login', { json }), 500, 'internal-error');
    });
  });
});
