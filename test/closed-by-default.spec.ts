import { Body, Controller, Get, HttpException, Module, NotFoundException, Post } from '@nestjs/common';
import { IsString } from 'class-validator';
import { CurrentUser, type Principal, Public } from '../src/access';
import { RouteTable } from '../src/platform/http';
import type { ProblemBody } from './support/api';
import { startApp, type TestApp } from './support/app';
import { expectProblem, violations } from './support/problem';

/** Everything that answers without an access token. A route added tomorrow does not, unless it is added here as well. */
const OPEN = new Set([
  'GET /health/live',
  'GET /health/ready',
  'GET /metrics',
  'GET /.well-known/jwks.json',
  'GET /.well-known/oauth-authorization-server',
  'GET /.well-known/change-password',
  'GET /v1/auth/policy',
  'POST /v1/auth/register',
  'POST /v1/auth/login',
  'POST /v1/auth/refresh',
  'POST /v1/auth/logout',
  'POST /v1/auth/sessions/end',
  'POST /v1/auth/email/verify',
  'POST /v1/auth/email/verify/resend',
  'POST /v1/auth/password/forgot',
  'POST /v1/auth/invitations/accept',
  'POST /v1/auth/password/reset',
  'POST /v1/auth/email/change/confirm',
  'POST /v1/auth/email/change/undo',
  'GET /docs',
  'GET /docs/',
  'GET /docs/*',
  'GET /docs/index.html',
  'GET /docs/LICENSE',
  'GET /docs/swagger-ui-init.js',
  'GET /docs/docs/swagger-ui-init.js',
  'GET /openapi.json',
]);

class Note {
  @IsString()
  readonly text: string;
}

// What `import type { Note }` leaves of a DTO at run time.
type NoteType = Note;

/** What a team might write on its first day: not a word about who may come in. */
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
  @Post('unchecked/type')
  byType(@Body() note: NoteType): NoteType {
    return note;
  }

  @Public()
  @Post('unchecked/record')
  byRecord(@Body() note: Record<string, unknown>): unknown {
    return note;
  }

  @Public()
  @Post('unchecked/list')
  byList(@Body() notes: string[]): string[] {
    return notes;
  }

  @Public()
  @Post('unchecked/part')
  byPart(@Body('text') text: string): { text: string } {
    return { text };
  }

  @Public()
  @Get('gone')
  gone(): never {
    throw new NotFoundException('SELECT * FROM notes found nothing');
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

@Module({ controllers: [NotesController] })
class NotesModule {}

describe('a route', () => {
  let app: TestApp;
  let token: string;

  beforeAll(async () => {
    // What else a team opens is in access-manifest.json, which is held to what is served elsewhere.
    app = await startApp({ modules: [NotesModule], alone: true });
    token = (await app.signIn()).accessToken;
  });

  afterAll(async () => app.close());

  it('is closed to a request without an access token unless it is on the list', async () => {
    const { routes } = app.nest.get(RouteTable);
    const ours = routes.filter(({ url }) => !url.startsWith('/notes'));
    const listed = (method: string, url: string) => OPEN.has(`${method === 'HEAD' ? 'GET' : method} ${url}`);
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
    expect([...OPEN].filter((route) => !known.has(route))).toEqual([]);
  });

  it('that a team adds without a word about access is closed', async () => {
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

  it('that is open has no caller to ask for: 500 rather than a made-up one', async () => {
    expectProblem(await app.api.get('/notes/open/user', { token }), 500, 'internal-error');
  });

  it.each(['type', 'record', 'list', 'part'])(
    'that takes a body without a DTO class (%s) refuses every one instead of passing it on unchecked',
    async (kind) => {
      for (const json of [{ text: 'x' }, { admin: true }, [], {}]) {
        const answer = await app.api.post(`/notes/unchecked/${kind}`, { json });
        expectProblem(answer, 500, 'internal-error');
      }
    },
  );

  it('may throw what it likes: nothing of it is shown', async () => {
    expectProblem(await app.api.get('/notes/gone'), 404, 'not-found');
    expectProblem(await app.api.get('/notes/teapot'), 400, 'malformed-request');
    expectProblem(await app.api.get('/notes/broken'), 500, 'internal-error');
  });
});
