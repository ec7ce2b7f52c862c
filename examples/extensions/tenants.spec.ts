import { Controller, Get, Injectable, Module, type Type } from '@nestjs/common';
import { CurrentUser, type Principal } from '../../src/access';
import { AccessTokenClaims, type AccessTokenClaimsProvider } from '../../src/auth';
import { AddedTokenClaims } from '../../src/auth/access-token-claims';
import { Unavailable } from '../../src/platform/errors';
import type { Extensions } from '../../src/platform/extensions';
import { REGISTERED_CLAIMS } from '../../src/tokens';
import { type Person, startApp, type TestApp, withApp } from '../../test/support/app';
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
  const refusalOf = (name: string) => {
    const provider = { name: 'StatedClaims', options: { names: [name] }, provider: {} };
    return () => new AddedTokenClaims({ of: () => [provider] } as unknown as Extensions).onModuleInit();
  };

  it.each([...REGISTERED_CLAIMS])('keep the registered %s from being stated by a module', (name) => {
    expect(refusalOf(name)).toThrow(
      `StatedClaims states the claim "${name}", which is registered.\n  → use another name`,
    );
  });

  it.each(['__proto__', 'constructor', 'toString', 'toJSON', '', ' ', '1', 'a b'])(
    'have no name that is none: %j',
    (name) => {
      expect(refusalOf(name)).toThrow(/is no name for a claim/);
    },
  );

  it('are looked at when the application starts', async () => {
    await expect(startApp({ modules: [stating(['sub'])] })).rejects.toThrow(/states the claim "sub"/);
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

/** Asks somebody else, who may be away, and hands out what it hands out. */
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
  /** What no handler should do. */
  @Get()
  join(@CurrentUser() { claims }: Principal): unknown {
    (claims.groups as string[]).push('admin');
    return claims.groups;
  }
}

@Module({ controllers: [GroupsController], providers: [Groups] })
class GroupsModule {}

describe('a module that cannot say its claims', () => {
  let app: TestApp;
  let person: Person;

  beforeAll(async () => {
    app = await startApp({ modules: [GroupsModule] });
    person = await app.someone();
  });

  beforeEach(() => {
    app.nest.get(Groups).isAway = false;
  });

  afterAll(async () => app.close());

  const refresh = async (refreshToken: string) =>
    app.api.post<{ refreshToken: string }>('/v1/auth/refresh', { json: { refreshToken } });

  it('signs nobody in, and leaves no session behind', async () => {
    app.nest.get(Groups).isAway = true;
    const before = await app.query('SELECT id FROM sessions');
    expectProblem(await app.api.post('/v1/auth/login', { json: person }), 503, 'unavailable');
    expect(await app.query('SELECT id FROM sessions')).toEqual(before);
  });

  it('takes no refresh token: whoever tries again later goes on', async () => {
    const { refreshToken } = await app.signIn(person);
    app.nest.get(Groups).isAway = true;
    expectProblem(await refresh(refreshToken), 503, 'unavailable');
    app.nest.get(Groups).isAway = false;
    app.clock.advance({ minutes: 10 });
    expect((await refresh(refreshToken)).status).toBe(200);
  });

  it('takes no turn of a session at a reauthentication', async () => {
    const { accessToken: token, refreshToken } = await app.signIn(person);
    app.nest.get(Groups).isAway = true;
    const json = { password: person.password };
    expectProblem(await app.api.post('/v1/auth/reauthenticate', { json, token }), 503, 'unavailable');
    app.nest.get(Groups).isAway = false;
    app.clock.advance({ minutes: 10 });
    expect((await refresh(refreshToken)).status).toBe(200);
  });

  it('is not asked in the name of a thief, and hides none', async () => {
    const { refreshToken } = await app.signIn(person);
    const { body } = await refresh(refreshToken);
    await refresh(body.refreshToken);
    app.nest.get(Groups).isAway = true;
    expectProblem(await refresh(refreshToken), 401, 'invalid-refresh-token');
    expectProblem(await refresh('rt_made-up'), 401, 'invalid-refresh-token');
  });

  it('is not told by a handler what the next request finds', async () => {
    const { accessToken: token } = await app.signIn(person);
    expectProblem(await app.api.get('/groups', { token }), 500, 'internal-error');
    expect(app.nest.get(Groups).groups).toEqual(['staff']);
  });
});
