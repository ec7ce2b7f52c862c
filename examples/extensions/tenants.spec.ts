import { Controller, Get, Injectable, Module, type Type } from '@nestjs/common';
import { CurrentUser, type Principal } from '../../src/access';
import { AccessTokenClaims, type AccessTokenClaimsProvider } from '../../src/auth';
import { AddedTokenClaims } from '../../src/auth/token/access-token-claims';
import { Unavailable } from '../../src/platform/errors';
import type { Extensions } from '../../src/platform/extensions';
import { REGISTERED_CLAIMS } from '../../src/tokens';
import { type Person, startApp, type TestApp } from '../../test/support/app';
import { startContext } from '../../test/support/context';
import { readJws } from '../../test/support/jws';
import { expectProblem } from '../../test/support/problem';
import { TenantsModule } from './tenants';

/** Adds the claims that a test sets. */
@Injectable()
@AccessTokenClaims({ names: ['plan'] })
class StatedClaims implements AccessTokenClaimsProvider {
  claims: Record<string, unknown> = {};

  async claimsOf(): Promise<Record<string, unknown>> {
    return this.claims;
  }
}

/** Queries a service that may be unavailable. */
@Injectable()
@AccessTokenClaims({ names: ['groups'] })
class Groups implements AccessTokenClaimsProvider {
  isAway = false;
  readonly groups = ['staff'];

  async claimsOf(): Promise<Record<string, unknown>> {
    if (this.isAway) throw new Unavailable();
    return { groups: this.groups };
  }
}

@Controller('groups')
class GroupsController {
  /** Modifies the claims, which no handler should do. */
  @Get()
  join(@CurrentUser() { claims }: Principal): unknown {
    (claims.groups as string[]).push('admin');
    return claims.groups;
  }
}

@Module({ controllers: [GroupsController], providers: [Groups, StatedClaims] })
class OtherClaimsModule {}

describe('a claim that a module adds', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp({ modules: [TenantsModule, OtherClaimsModule] });
  });

  afterAll(async () => app.close());

  it('is in the tokens of a sign-in and of a refresh, and available to handlers', async () => {
    const { accessToken, refreshToken } = await app.signIn();
    expect(readJws(accessToken).claims.tenant).toBe('example.com');
    const { body } = await refresh(refreshToken);
    expect(readJws(body.accessToken).claims.tenant).toBe('example.com');
    expect((await app.api.get('/v1/tenant', { token: body.accessToken })).text).toBe('example.com');
  });

  it('leaves the registered claims unchanged', async () => {
    const { accessToken: token } = await app.signIn();
    const { status, body } = await app.api.get('/v1/auth/principal', { token });
    expect(status).toBe(200);
    expect(body).not.toHaveProperty('tenant');
  });

  it.each([
    ['what was not declared', { plan: 'gold', sub: 'another user' }],
    ['more than a cookie can hold', { plan: 'x'.repeat(1_100) }],
  ])('is not signed with %s: there is no token', async (_, claims) => {
    const stated = app.nest.get(StatedClaims);
    stated.claims = claims;
    const answer = await app.api.post('/v1/auth/login', { json: await app.someone() });
    stated.claims = {};
    expectProblem(answer, 500, 'internal-error');
  });

  const refresh = async (refreshToken: string) =>
    app.api.post<{ accessToken: string; refreshToken: string }>('/v1/auth/refresh', {
      json: { refreshToken },
    });

  describe('of a module that is unavailable', () => {
    let person: Person;

    beforeAll(async () => {
      person = await app.someone();
    });

    beforeEach(() => {
      app.nest.get(Groups).isAway = false;
    });

    afterAll(() => {
      app.nest.get(Groups).isAway = false;
    });

    it('refuses the sign-in and opens no session', async () => {
      app.nest.get(Groups).isAway = true;
      const before = await app.query('SELECT id FROM sessions');
      expectProblem(await app.api.post('/v1/auth/login', { json: person }), 503, 'unavailable');
      expect(await app.query('SELECT id FROM sessions')).toEqual(before);
    });

    it('does not use up the refresh token: a later attempt succeeds', async () => {
      const { refreshToken } = await app.signIn(person);
      app.nest.get(Groups).isAway = true;
      expectProblem(await refresh(refreshToken), 503, 'unavailable');
      app.nest.get(Groups).isAway = false;
      app.clock.advance({ minutes: 10 });
      expect((await refresh(refreshToken)).status).toBe(200);
    });

    it('does not use up the refresh token at a reauthentication', async () => {
      const { accessToken: token, refreshToken } = await app.signIn(person);
      app.nest.get(Groups).isAway = true;
      const json = { password: person.password };
      expectProblem(await app.api.post('/v1/auth/reauthenticate', { json, token }), 503, 'unavailable');
      app.nest.get(Groups).isAway = false;
      app.clock.advance({ minutes: 10 });
      expect((await refresh(refreshToken)).status).toBe(200);
    });

    it('does not hide the reuse of a refresh token', async () => {
      const { refreshToken } = await app.signIn(person);
      const { body } = await refresh(refreshToken);
      await refresh(body.refreshToken);
      app.nest.get(Groups).isAway = true;
      expectProblem(await refresh(refreshToken), 401, 'invalid-refresh-token');
      expectProblem(await refresh('rt_made-up'), 401, 'invalid-refresh-token');
    });
  });

  it('is not changed for the next request by a handler', async () => {
    const { accessToken: token } = await app.signIn();
    expectProblem(await app.api.get('/groups', { token }), 500, 'internal-error');
    expect(app.nest.get(Groups).groups).toEqual(['staff']);
  });
});

describe('the name of a claim', () => {
  const refusalOf = (name: string) => {
    const provider = { name: 'StatedClaims', options: { names: [name] }, provider: {} };
    return () => new AddedTokenClaims({ of: () => [provider] } as unknown as Extensions).onModuleInit();
  };

  it.each([...REGISTERED_CLAIMS])('is not the registered %s', (name) => {
    expect(refusalOf(name)).toThrow(
      `StatedClaims states the claim "${name}", which is registered.\n  → use another name`,
    );
  });

  it.each(['__proto__', 'constructor', 'toString', 'toJSON', '', ' ', '1', 'a b'])('is not %j', (name) => {
    expect(refusalOf(name)).toThrow(/cannot be the name of a claim/);
  });

  /** Starts an application with these claims. */
  const started = async (...claims: string[]) => {
    const providers = claims.map((name): Type => {
      @Injectable()
      @AccessTokenClaims({ names: [name] })
      class Claims {}
      return Claims;
    });

    @Module({ providers: [AddedTokenClaims, ...providers] })
    class ClaimsModule {}
    return startContext({ imports: [ClaimsModule] });
  };

  it('is validated when the application starts', async () => {
    await expect(started('sub')).rejects.toThrow(/states the claim "sub"/);
  });

  it('belongs to one module', async () => {
    await expect(started('tenant', 'tenant')).rejects.toThrow(/both state the claim "tenant"/);
  });
});
