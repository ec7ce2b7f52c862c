import { Controller, Get, Injectable, Module, Post } from '@nestjs/common';
import {
  type Caller,
  CurrentUser,
  PermissionsModule,
  Public,
  RequirePermissions,
  RequireRecentSignIn,
} from '../src/access';
import { Database } from '../src/platform/database';
import { NOTICE_MAIL } from './support/mail-types';
import { Mailer } from '../src/platform/mail';
import {
  BAD_TOKENS,
  badToken,
  expectProblem,
  inParallel,
  startApp,
  stolenRefreshToken,
  type TestApp,
  tokenIn,
} from './kit';
import { sharedApp } from './support/shared-app';

@Injectable()
class Tickets {
  private sold = 0;

  constructor(private readonly database: Database) {}

  /** Not atomic: two parallel requests may both read before either writes. */
  async sell(): Promise<number> {
    const sold = this.sold;
    await this.database.query({ text: 'SELECT 1' }, []);
    return (this.sold = sold + 1);
  }
}

@RequirePermissions('tickets:read')
@Controller({ path: 'tickets', version: '1' })
class TicketsController {
  constructor(
    private readonly tickets: Tickets,
    private readonly mailer: Mailer,
  ) {}

  @Get()
  list(@CurrentUser() { permissions }: Caller): readonly string[] {
    return permissions;
  }

  @RequireRecentSignIn()
  @Post()
  async sell(): Promise<number> {
    const boxOffice = { email: 'box-office@example.com', emailVerified: true };
    await this.mailer.send(boxOffice, NOTICE_MAIL, { language: null });
    return this.tickets.sell();
  }
}

@Public()
@Controller({ path: 'prices', version: '1' })
class PricesController {
  @Get()
  list(): string[] {
    return ['free'];
  }
}

@Module({
  imports: [PermissionsModule.of({ 'tickets:read': 'See tickets' })],
  controllers: [TicketsController, PricesController],
  providers: [Tickets],
})
class TicketsModule {}

describe('the test kit', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp({ modules: [TicketsModule], smtp: true });
  });

  afterAll(async () => app.close());

  it('starts without a signed-in user', async () => {
    expect((await app.api.get('/v1/prices')).body).toEqual(['free']);
    expectProblem(await app.api.get('/v1/tickets'), 401, 'authentication-required');
  });

  it('signs in a user with exactly these rights', async () => {
    const ada = await app.as('ada', { permissions: ['tickets:read'] });
    expect((await ada.get('/v1/tickets')).body).toEqual(['tickets:read']);
    const eve = await app.as('eve', { permissions: ['users:read'] });
    expectProblem(await eve.get('/v1/tickets'), 403, 'insufficient-permission');
    const root = await app.as('root', { roles: ['admin'] });
    expect((await root.get('/v1/tickets')).body).toContain('users:write');
  });

  it('returns the same user for the same name', async () => {
    const [before, now] = [await app.as('bob', { roles: ['admin'] }), await app.as('bob')];
    expect([now.id, now.email]).toEqual([before.id, before.email]);
    expectProblem(await now.get('/v1/tickets'), 403, 'insufficient-permission');
    expectProblem(await before.get('/v1/tickets'), 401, 'token-stale');
    expect((await app.as('another user')).id).not.toBe(now.id);
  });

  it.each(BAD_TOKENS)('makes a token that is %s', async (kind) => {
    const ada = await app.as('ada', { permissions: ['tickets:read'] });
    const { token, code } = await badToken(app, ada, kind);
    expectProblem(await app.api.get('/v1/tickets', { token }), 401, code);
  });

  it('moves the clock', async () => {
    const ada = await app.as('ada', { permissions: ['tickets:read'] });
    app.clock.advance({ minutes: 14, seconds: 59 });
    expect((await ada.get('/v1/tickets')).status).toBe(200);
    app.clock.advance({ seconds: 1 });
    expectProblem(await ada.get('/v1/tickets'), 401, 'invalid-token');
  });

  it('provides stolen refresh tokens', async () => {
    const ada = await app.as('ada', { permissions: ['tickets:read'] });
    const json = { refreshToken: await stolenRefreshToken(app, ada) };
    expectProblem(await app.api.post('/v1/auth/refresh', { json }), 401, 'invalid-refresh-token');
    expectProblem(await ada.get('/v1/tickets'), 401, 'invalid-token');
  });

  it('receives mails', async () => {
    const ada = await app.as('ada', { permissions: ['tickets:read'] });
    await ada.post('/v1/tickets');
    expect((await app.mailFor('box-office@example.com')).subject).toBe('A notice of Gatehouse');
    await app.api.post('/v1/auth/password/forgot', { json: { email: ada.email } });
    expect(tokenIn(await app.mailFor(ada.email, 'Set a new password for Gatehouse'))).toMatch(/^pr_/);
  });

  it('runs requests in parallel', async () => {
    const ada = await app.as('ada', { permissions: ['tickets:read'] });
    const numbers = await inParallel(10, async () => (await ada.post('/v1/tickets')).text);
    expect(new Set(numbers).size).toBeLessThan(10);
  });

  it('queries the database', async () => {
    const { id } = await app.as('ada');
    expect(await app.query('SELECT status FROM users WHERE id = $1', [id])).toEqual([{ status: 'active' }]);
  });

  it('gives each application a database of its own', async () => {
    const { email, password } = await app.as('ada');
    const { api } = await sharedApp();
    const answer = await api.post('/v1/auth/login', { json: { email, password } });
    expectProblem(answer, 401, 'invalid-credentials');
  });
});
