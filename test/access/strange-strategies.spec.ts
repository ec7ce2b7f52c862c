import { setImmediate } from 'node:timers/promises';
import { Controller, Get, Injectable, Module, Post } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport';
import {
  AuthenticatedBy,
  type Caller,
  DescribesStrategy,
  RequirePermissions,
  RequireRecentSignIn,
} from '../../src/access';
import { Unavailable } from '../../src/platform/errors';
import { Conflict } from '../../src/platform/http';
import { startApp, type TestApp } from '../support/app';
import { expectProblem } from '../support/problem';

const SCHEME = { type: 'apiKey', in: 'header', name: 'x-odd' } as const;
const A_CALLER: Caller = { userId: '01a208a2-3a61-7325-944d-ecf01eaa3246', roles: [], permissions: [] };

/** What each of them does with a request. */
const OUTCOMES: Readonly<Record<string, (strategy: OddStrategy) => unknown>> = {
  passes: (strategy) => strategy.pass(),
  fails: (strategy) => strategy.fail('Basic realm="elsewhere"', 403),
  'succeeds without a user': (strategy) => strategy.success(undefined as never),
  'knows an empty object': (strategy) => strategy.success({}),
  'succeeds with a user without permissions': (strategy) => strategy.success({ userId: A_CALLER.userId }),
  'succeeds with a user id that is no UUID': (strategy) => strategy.success({ ...A_CALLER, userId: 'admin' }),
  breaks: (strategy) => strategy.error(new Error('SELECT secret FROM keys')),
  'cannot tell': (strategy) => strategy.error(new Unavailable()),
  'throws at once': () => {
    throw new Error('SELECT secret FROM keys');
  },
  'throws later': async () => {
    await setImmediate();
    throw new Error('SELECT secret FROM keys');
  },
  redirects: (strategy) => strategy.redirect('https://elsewhere.example'),
  'redirects later': async (strategy) => {
    await setImmediate();
    strategy.redirect('https://elsewhere.example');
  },
  'succeeds without a user, and then with one': (strategy) => {
    strategy.fail();
    strategy.success(A_CALLER);
  },
  'succeeds with a permission that is no string': (strategy) =>
    strategy.success({ ...A_CALLER, permissions: [{ toString: () => 'users:read' }] }),
  'refuses in words': (strategy) => strategy.fail(new Conflict()),
  'succeeds with a user': (strategy) => strategy.success(A_CALLER),
  'succeeds with a user and a claimed sign-in': (strategy) =>
    strategy.success({ ...A_CALLER, authenticatedAt: new Date(8e15), sessionId: 'abc' }),
};

@DescribesStrategy('odd', SCHEME)
@Injectable()
class OddStrategy extends PassportStrategy(Strategy, 'odd') {
  override authenticate({ headers }: { headers: Record<string, unknown> }): unknown {
    return OUTCOMES[String(headers['x-odd'])]?.(this);
  }

  validate(): undefined {
    return undefined;
  }
}

@AuthenticatedBy('odd')
@Controller('odd')
class OddController {
  @Get()
  read(): string {
    return 'inside';
  }

  @Post()
  write(): string {
    return 'inside';
  }

  @RequirePermissions('users:read')
  @Get('permitted')
  permitted(): string {
    return 'inside';
  }

  @AuthenticatedBy('jwt', 'odd')
  @RequireRecentSignIn()
  @Get('recent')
  recent(): string {
    return 'inside';
  }
}

/** Says nothing of its own. */
@Controller('heir')
class HeirController extends OddController {}

@Module({ controllers: [OddController, HeirController], providers: [OddStrategy] })
class OddModule {}

describe('a strategy of a module', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp({ modules: [OddModule] });
  });

  afterAll(async () => app.close());

  const ask = async (outcome: string, path = '/odd', headers: Record<string, string> = {}) =>
    app.api.get(path, { headers: { ...headers, 'x-odd': outcome } });

  it.each([
    ['passes', 500, 'internal-error'],
    ['fails', 401, 'authentication-required'],
    ['succeeds without a user', 401, 'authentication-required'],
    ['knows an empty object', 500, 'internal-error'],
    ['succeeds with a user without permissions', 500, 'internal-error'],
    ['succeeds with a user id that is no UUID', 500, 'internal-error'],
    ['breaks', 500, 'internal-error'],
    ['cannot tell', 503, 'unavailable'],
    ['throws at once', 500, 'internal-error'],
    ['throws later', 500, 'internal-error'],
    ['redirects', 500, 'internal-error'],
    ['redirects later', 500, 'internal-error'],
    ['succeeds without a user, and then with one', 401, 'authentication-required'],
    ['succeeds with a permission that is no string', 500, 'internal-error'],
    ['refuses in words', 409, 'conflict'],
  ])('that %s opens nothing', async (outcome, status, code) => {
    expectProblem(await ask(outcome), status, code);
    expectProblem(await ask(outcome, '/heir'), status, code);
  });

  it('that succeeds with a user admits the request', async () => {
    expect((await ask('succeeds with a user')).text).toBe('inside');
    expect((await ask('succeeds with a user', '/heir')).text).toBe('inside');
    expectProblem(await ask('succeeds with a user', '/odd/permitted'), 403, 'insufficient-permission');
  });

  it('that succeeds with a user does not count as a sign-in, whatever it states', async () => {
    for (const outcome of ['succeeds with a user', 'succeeds with a user and a claimed sign-in'])
      expectProblem(await ask(outcome, '/odd/recent'), 401, 'insufficient-user-authentication');
    expectProblem(
      await ask('succeeds with a user and a claimed sign-in', '/odd/permitted'),
      403,
      'insufficient-permission',
    );
    const { accessToken: token } = await app.signIn();
    expect((await app.api.get('/odd/recent', { token })).text).toBe('inside');
  });

  it.each(['/v1/users/me', '/v1/auth/principal'])('opens nothing of others: %s', async (path) => {
    expectProblem(await ask('succeeds with a user', path), 401, 'authentication-required');
  });

  it('is not asked for what a page of another site sends', async () => {
    const foreign: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ];
    for (const headers of foreign)
      expectProblem(
        await app.api.post('/odd', { headers: { ...headers, 'x-odd': 'succeeds with a user' } }),
        403,
        'cross-site-request',
      );
    expect((await app.api.post('/odd', { headers: { 'x-odd': 'succeeds with a user' } })).status).toBe(201);
  });
});
