import { Body, Controller, type DynamicModule, Get, Injectable, Module, Post } from '@nestjs/common';
import { ConfigModule as PackageConfigModule, ConfigService } from '@nestjs/config';
import { IsInt } from 'class-validator';
import {
  type Caller,
  CurrentUser,
  PermissionsModule,
  Public,
  RequirePermissions,
  RequireRecentSignIn,
} from '../src/access';
import { ConfigModule, type Environment } from '../src/platform/config';
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
  violations,
  withApp,
} from './kit';
import { sharedApp } from './support/shared-app';

@Injectable()
class Tickets {
  private sold = 0;

  constructor(private readonly database: Database) {}

  /** Not atomic: parallel requests read before one of them writes. */
  async sell(): Promise<number> {
    const sold = this.sold;
    await this.database.query({ text: 'SELECT pg_sleep(0.3)' });
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

/** Settings that a team's module requires. */
class PriceSettings {
  readonly currency: string | undefined;

  constructor(environment: Environment) {
    this.currency = environment.string('PRICE_CURRENCY');
    if (!this.currency) environment.addFault('PRICE_CURRENCY', 'is not set', 'use a code of ISO 4217');
  }
}

class PriceRequest {
  @IsInt()
  readonly amount: number;
}

@Public()
@Controller({ path: 'prices', version: '1' })
class PricesController {
  constructor(
    private readonly settings: PriceSettings,
    private readonly config: ConfigService<{ PRICE_SERVICE_KEY: string }, true>,
  ) {}

  @Get()
  list(): string[] {
    return ['free', `1 ${this.settings.currency}`];
  }

  /** A setting of another package, which reads it from `process.env`. */
  @Get('service')
  service(): string {
    return this.config.get('PRICE_SERVICE_KEY', { infer: true });
  }

  @Post()
  add(@Body() { amount }: PriceRequest): number {
    return amount;
  }
}

/** A module that a team configures by a call. */
@Module({})
class PricesModule {
  static forRoot(): DynamicModule {
    return {
      module: PricesModule,
      imports: [ConfigModule.forFeature(PriceSettings), PackageConfigModule.forRoot({ ignoreEnvFile: true })],
      controllers: [PricesController],
    };
  }
}

@Module({
  imports: [PermissionsModule.of({ 'tickets:read': 'See tickets' })],
  controllers: [TicketsController],
  providers: [Tickets],
})
class TicketsModule {}

describe('the test kit', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp({
      modules: [TicketsModule, PricesModule.forRoot()],
      env: { REGISTRATION: 'off', PRICE_CURRENCY: 'EUR', PRICE_SERVICE_KEY: 'key-of-a-package' },
      smtp: true,
    });
  });

  afterAll(async () => app.close());

  it('starts without a signed-in user', async () => {
    expect((await app.api.get('/v1/prices')).body).toEqual(['free', '1 EUR']);
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

  it('makes users while registration is closed', async () => {
    const json = { email: 'eve@example.com', password: (await app.as('ada')).password };
    expectProblem(await app.api.post('/v1/auth/register', { json }), 403, 'registration-closed');
    expect((await (await app.as('a new user')).get('/v1/users/me')).status).toBe(200);
  });

  it('returns the violations of an invalid body, whatever the type of the answer', async () => {
    const answer = await app.api.post<{ amount: number }>('/v1/prices', { json: { amount: 'much' } });
    expectProblem(answer, 422, 'validation-failed');
    expect(violations(answer)).toEqual({ '/amount': 'int' });
  });

  it('returns the same user for the same name', async () => {
    const [before, now] = [await app.as('bob', { roles: ['admin'] }), await app.as('bob')];
    expect([now.id, now.email]).toEqual([before.id, before.email]);
    expectProblem(await now.get('/v1/tickets'), 403, 'insufficient-permission');
    expectProblem(await before.get('/v1/tickets'), 401, 'token-stale');
    expect((await app.as('another user')).id).not.toBe(now.id);
  });

  it('signs in a user by a second factor, without moving the clock', async () => {
    const before = app.clock.nowMs();
    for (const options of [{ factor: 'totp' }, { factor: 'totp' }, {}] as const) {
      const ada = await app.as('ada with a factor', { permissions: ['tickets:read'], ...options });
      expect((await ada.get('/v1/tickets')).body).toEqual(['tickets:read']);
      expect((await ada.get<{ acr: string }>('/v1/auth/principal')).body.acr).toBe('aal2');
    }
    // It requires a recent sign-in, and of a user with a factor one by two steps.
    const ada = await app.as('ada with a factor', { permissions: ['tickets:read'] });
    expect((await ada.post('/v1/tickets')).status).toBe(201);
    expect(app.clock.nowMs()).toBe(before);
    const bob = await app.as('bob with none');
    expect((await bob.get<{ acr: string }>('/v1/auth/principal')).body.acr).toBe('aal1');
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

  it('has the settings of the modules of a team and of other packages, for this application alone', async () => {
    expect((await app.api.get('/v1/prices/service')).text).toBe('key-of-a-package');
    await expect(startApp({ modules: [PricesModule.forRoot()] })).rejects.toThrow(
      /1 setting[^]*PRICE_CURRENCY is not set/,
    );
    // Another application of this process requires none of them.
    expect((await (await sharedApp()).api.get('/v1/auth/policy')).status).toBe(200);
    expect(process.env.PRICE_CURRENCY).toBeUndefined();
  });

  it('names the module that a factor needs, and signs in without it', async () => {
    await withApp({ withoutModules: ['TotpModule'] }, async (without) => {
      await without.as('ada');
      await expect(without.as('ada', { factor: 'totp' })).rejects.toThrow('"totp" needs TotpModule');
    });
  });
});
