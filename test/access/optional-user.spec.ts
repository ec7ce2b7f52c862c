import { Controller, Get, Module, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiProperty } from '@nestjs/swagger';
import { OptionalUser, type Principal, Public } from '../../src/access';
import { describeAccess, describeApi } from '../../src/api-contract';
import { PASSWORD, startApp, type TestApp } from '../support/app';
import { BAD_TOKENS, badToken } from '../support/bad-tokens';
import { ACCESS, Jar, withCookies } from '../support/cookies';
import { expectProblem } from '../support/problem';
import type { TestUser } from '../support/test-user';

class Greeting {
  @ApiProperty({ type: String, nullable: true })
  readonly userId: string | null;
}

const greet = (user: Principal | undefined): Greeting => ({ userId: user?.userId ?? null });

@Public()
@Controller('greeting')
class GreetingController {
  @Get()
  @ApiOkResponse({ type: Greeting })
  read(@OptionalUser() user: Principal | undefined): Greeting {
    return greet(user);
  }

  @Post()
  @ApiCreatedResponse({ type: Greeting })
  add(@OptionalUser() user?: Principal): Greeting {
    return greet(user);
  }

  @Get('plain')
  @ApiOkResponse({ type: String })
  plain(): string {
    return 'welcome';
  }
}

@Module({ controllers: [GreetingController] })
class GreetingModule {}

const PATH = '/greeting';

describe('a public route with an optional user', () => {
  let app: TestApp;
  let ada: TestUser;

  beforeAll(async () => {
    app = await startApp({ modules: [GreetingModule], alone: true });
    ada = await app.as('ada');
  });

  afterAll(async () => app.close());

  it('receives the user of an access token, and undefined without one', async () => {
    expect((await ada.get(PATH)).body).toEqual({ userId: ada.id });
    expect((await app.api.get(PATH)).body).toEqual({ userId: null });
    expect((await ada.post(PATH)).body).toEqual({ userId: ada.id });
    expect((await app.api.post(PATH)).body).toEqual({ userId: null });
  });

  it.each([
    ['another scheme', { authorization: `Basic ${Buffer.from('ada:secret').toString('base64')}` }],
    ['a cookie of another name', { cookie: 'access=eyJ.a.b' }],
    ['a forged user', { 'x-user-id': '01a22289-4dfd-7000-8000-01a3f8164e61' }],
  ])('has no user for a request with %s', async (_, headers) => {
    expect((await app.api.get(PATH, { headers })).body).toEqual({ userId: null });
  });

  it.each(BAD_TOKENS)('refuses a token that is %s instead of ignoring it', async (kind) => {
    const eve = await app.as('eve', { permissions: ['users:read'] });
    const { token, code } = await badToken(app, eve, kind);
    const answer = await app.api.get(PATH, { token });
    expectProblem(answer, 401, code);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="Gatehouse", error="invalid_token"');
    expect((await app.api.get(`${PATH}/plain`, { token })).status).toBe(200);
  });

  it.each(['', ' ', 'a b'])('refuses a Bearer header with %j as its token', async (token) => {
    expectProblem(
      await app.api.get(PATH, { headers: { authorization: `Bearer ${token}` } }),
      401,
      'invalid-token',
    );
  });

  it('refuses the access token of a disabled user at once', async () => {
    const bob = await app.as('bob');
    const root = await app.as('root', { roles: ['admin'] });
    expect((await root.patch(`/v1/users/${bob.id}`, { status: 'disabled' })).status).toBe(200);
    expectProblem(await bob.get(PATH), 401, 'invalid-token');
  });

  describe('in cookie mode', () => {
    const EVIL = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };

    it('receives the user of the cookie, and refuses one that is not valid', async () => {
      const jar = await new Jar(app).signIn({ email: ada.email, password: ada.password });
      expect((await jar.send('GET', PATH)).body).toEqual({ userId: ada.id });
      expect((await jar.send('POST', PATH)).body).toEqual({ userId: ada.id });
      expectProblem(await app.api.get(PATH, withCookies({ [ACCESS]: 'eyJ.a.b' })), 401, 'invalid-token');
      const twice = { cookie: `${ACCESS}=a; ${ACCESS}=b` };
      expectProblem(await app.api.get(PATH, { headers: twice }), 400, 'malformed-request');
    });

    it('refuses an unsafe request that a page of another site made with the cookie', async () => {
      const jar = await new Jar(app).signIn({ email: ada.email, password: ada.password });
      expectProblem(await jar.send('POST', PATH, { headers: EVIL }), 403, 'cross-site-request');
      expect((await jar.send('GET', PATH, { headers: EVIL })).status).toBe(200);
      const byBearer = await app.api.post(PATH, { token: ada.token, headers: EVIL });
      expect(byBearer.body).toEqual({ userId: ada.id });
    });

    it('has no user for a page of another site whose request has no cookie', async () => {
      expect((await app.api.post(PATH, { headers: EVIL })).body).toEqual({ userId: null });
    });
  });

  it('is in the manifest as public with an optional user', () => {
    const {
      [`GET ${PATH}`]: read,
      [`POST ${PATH}`]: add,
      [`GET ${PATH}/plain`]: plain,
    } = describeAccess(app.nest);
    expect(read).toMatchObject({
      caller: 'anybody, with an optional user',
      strategies: ['jwt'],
      crossSite: 'changes nothing',
      cache: 'no-store',
    });
    expect(add).toMatchObject({ caller: 'anybody, with an optional user', crossSite: 'refused' });
    expect(plain).toMatchObject({ caller: 'anybody', strategies: [] });
  });

  it('is documented with optional credentials, their 401 and the check of cookies', () => {
    const { paths } = describeApi(app.nest);
    const { get, post } = paths[PATH] ?? {};
    expect(get?.security).toEqual([{ bearer: [] }, { cookie: [] }, {}]);
    const problems = (operation: typeof get, status: number): unknown => operation?.responses[status];
    expect(problems(get, 401)).toMatchObject({ description: '`invalid-token`, `token-stale`' });
    expect(problems(get, 403)).toMatchObject({ $ref: '#/components/responses/InsecureTransport' });
    expect(problems(post, 403)).toMatchObject({ description: '`insecure-transport`, `cross-site-request`' });
    expect(paths[`${PATH}/plain`]?.get?.security).toEqual([{}]);
  });

  it('refuses an expired token', async () => {
    const { accessToken: token } = await app.signIn({ email: ada.email, password: PASSWORD });
    app.clock.advance({ minutes: 16 });
    expectProblem(await app.api.get(PATH, { token }), 401, 'invalid-token');
    expect((await app.api.get(PATH)).body).toEqual({ userId: null });
  });
});
