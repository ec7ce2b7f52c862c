import { Body, Controller, Get, HttpException, Module, NotFoundException, Post } from '@nestjs/common';
import { IsString } from 'class-validator';
import { CsrfProtected, CurrentUser, type Principal, Public } from '../../src/access';
import { RouteTable } from '../../src/platform/http';
import type { ProblemBody } from '../support/api';
import { startApp, type TestApp } from '../support/app';
import { routesWhere } from '../support/manifest';
import { expectProblem, violations } from '../support/problem';

/** The document and its page, which no handler serves and access-manifest.json does not have. */
const DOCUMENTS = [
  'GET /docs',
  'GET /docs/',
  'GET /docs/*',
  'GET /docs/index.html',
  'GET /docs/LICENSE',
  'GET /docs/swagger-ui-init.js',
  'GET /docs/docs/swagger-ui-init.js',
  'GET /openapi.json',
];
const OPEN = new Set([...routesWhere(({ caller }) => caller === 'anybody'), ...DOCUMENTS]);

class Note {
  @IsString()
  readonly text: string;
}

/** Most handlers state nothing about access. */
@Controller('notes')
class NotesController {
  @Get()
  list(): string[] {
    return ['secret'];
  }

  @Post()
  add(@Body() { text }: Note, @CurrentUser() { userId }: Principal): { text: string; userId: string } {
    return { text, userId };
  }

  @Public()
  @Get('open')
  open(): { open: boolean } {
    return { open: true };
  }

  @Public()
  @Get('open/user')
  user(@CurrentUser() principal: Principal): Principal {
    return principal;
  }

  @Public()
  @Get('gone')
  gone(): never {
    throw new NotFoundException(new Error('SELECT * FROM notes found nothing'));
  }

  @Public()
  @Get('teapot')
  teapot(): never {
    throw new HttpException({ stack: 'at brew (/src/teapot.ts:1)' }, 418);
  }

  @Public()
  @Get('broken')
  broken(): never {
    throw new Error('at query (/src/notes.ts:12): SELECT * FROM notes');
  }
}

@Public()
@Controller('brochure')
class BrochureController {
  @Get()
  read(): string {
    return 'for everyone';
  }

  @CsrfProtected()
  @Post('orders')
  order(): string {
    return 'ordered';
  }
}

@Controller('ledger')
class LedgerController extends BrochureController {
  @Get('secret')
  secret(): string {
    return 'for some';
  }
}

@Module({ controllers: [NotesController, BrochureController, LedgerController] })
class NotesModule {}

describe('a route', () => {
  let app: TestApp;
  let token: string;

  beforeAll(async () => {
    app = await startApp({ modules: [NotesModule], alone: true });
    token = (await app.signIn()).accessToken;
  });

  afterAll(async () => app.close());

  it('is closed to a request without an access token unless access-manifest.json opens it', async () => {
    const { routes } = app.nest.get(RouteTable);
    const ours = routes.filter(({ url }) => !/^\/(?:notes|brochure|ledger)/.test(url));
    const listed = (method: string, url: string) =>
      OPEN.has(`${method === 'HEAD' ? 'GET' : method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`);
    const closed = ours.filter(({ method, url }) => !listed(method, url));
    expect(closed.length).toBeGreaterThanOrEqual(6);
    for (const { method, url } of closed) {
      const { status, body } = await app.api.send<ProblemBody | undefined>(method, url);
      const code = method === 'HEAD' ? undefined : 'authentication-required';
      expect({ route: `${method} ${url}`, status, code: body?.code }).toEqual({
        route: `${method} ${url}`,
        status: 401,
        code,
      });
    }
    const known = new Set(routes.map(({ method, url }) => `${method} ${url}`));
    expect(DOCUMENTS.filter((route) => !known.has(route))).toEqual([]);
  });

  it('that is public and @CsrfProtected() is closed to pages of other sites, without a line of its own', async () => {
    const order = async (name: string, value: string) =>
      app.api.post<ProblemBody>('/brochure/orders', { headers: { [name]: value } });
    expectProblem(await order('sec-fetch-site', 'cross-site'), 403, 'cross-site-request');
    expectProblem(await order('origin', 'https://evil.example'), 403, 'cross-site-request');
    expect((await order('sec-fetch-site', 'same-origin')).status).toBe(201);
    expect((await app.api.post('/brochure/orders')).status).toBe(201);
  });

  it('of a module that states nothing about access is closed', async () => {
    for (const path of ['/notes', '/notes?x=1']) {
      expectProblem(await app.api.get(path), 401, 'authentication-required');
      expectProblem(await app.api.post(path, { json: { text: 'x' } }), 401, 'authentication-required');
      expectProblem(await app.api.get(path, { token: 'x' }), 401, 'invalid-token');
    }
    expect((await app.api.send('HEAD', '/notes')).status).toBe(401);
    expect((await app.api.get('/notes', { token })).body).toEqual(['secret']);
  });

  it('that a team adds has its body checked after the caller, and knows who calls', async () => {
    expectProblem(await app.api.post('/notes', { json: { wrong: 1 } }), 401, 'authentication-required');
    const refused = await app.api.post<ProblemBody>('/notes', { json: { wrong: 1 }, token });
    expectProblem(refused, 422, 'validation-failed');
    expect(violations(refused)).toEqual({ '/wrong': 'unknown-property', '/text': 'required' });
    const { body } = await app.api.post('/notes', { json: { text: 'x' }, token });
    expect(body).toEqual({ text: 'x', userId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  });

  it('opens with @Public()', async () => {
    expect((await app.api.get('/notes/open')).body).toEqual({ open: true });
    expect((await app.api.get('/notes/open', { token: 'x' })).body).toEqual({ open: true });
  });

  it('of a controller that extends a public one is closed', async () => {
    expect((await app.api.get('/brochure')).status).toBe(200);
    expect((await app.api.get('/ledger/secret')).status).toBe(401);
    expect((await app.api.get('/ledger')).status).toBe(401);
  });

  it('that is public has no caller: 500 where its handler asks for one', async () => {
    expectProblem(await app.api.get('/notes/open/user', { token }), 500, 'internal-error');
  });

  it('may throw any error: only details meant for the client are returned', async () => {
    expectProblem(await app.api.get('/notes/gone'), 404, 'not-found');
    expectProblem(await app.api.get('/notes/teapot'), 418, 'i-am-a-teapot');
    expectProblem(await app.api.get('/notes/broken'), 500, 'internal-error');
  });
});
