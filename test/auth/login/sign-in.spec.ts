import { Body, Controller, Get, HttpCode, Injectable, Module, Post } from '@nestjs/common';
import { IsArray, IsOptional, IsString } from 'class-validator';
import { Public, RequireRecentSignIn } from '../../../src/access';
import {
  AuthModule,
  InvalidCredentials,
  LoginCheck,
  type LoginCheckProvider,
  type LoginContext,
  SignInService,
} from '../../../src/auth';
import { Clock } from '../../../src/platform/clock';
import { Conflict, Client, type ClientInfo } from '../../../src/platform/http';
import { UsersModule, UsersService } from '../../../src/users';
import type { TokenBody } from '../../support/api';
import { startApp, type TestApp } from '../../support/app';
import { readJws } from '../../support/jws';
import { expectProblem } from '../../support/problem';
import { expectOpen } from '../../support/sessions';

const HOUR_MS = 3_600_000;
const checked: LoginContext[] = [];
let refusedEmail: string | undefined;

class BadgeRequest {
  @IsString()
  readonly email: string;

  @IsOptional()
  @IsArray()
  readonly methods?: string[];
}

/** Signs in by a badge that the caller shows; a real one would be verified. */
@Controller({ path: 'badge', version: '1' })
class BadgeController {
  constructor(
    private readonly users: UsersService,
    private readonly signIn: SignInService,
    private readonly clock: Clock,
  ) {}

  @Public()
  @Post('sign-in')
  @HttpCode(200)
  async enter(@Body() { email, methods = ['sc'] }: BadgeRequest, @Client() client: ClientInfo) {
    const user = await this.users.findByEmail(email);
    if (!user) throw new InvalidCredentials();
    const authenticatedAt = this.clock.now();
    const endsAt = new Date(authenticatedAt.getTime() + HOUR_MS);
    return this.signIn.openFor(user, { methods, authenticatedAt, endsAt, client });
  }

  @Get('safe')
  @RequireRecentSignIn({ acr: 'aal2' })
  safe() {
    return {};
  }
}

@Injectable()
@LoginCheck({ order: 1, problems: [Conflict] })
class BadgeCheck implements LoginCheckProvider {
  async check(login: LoginContext): Promise<void> {
    checked.push(login);
    if (login.email === refusedEmail) throw new Conflict();
  }
}

@Module({ imports: [AuthModule, UsersModule], controllers: [BadgeController], providers: [BadgeCheck] })
class BadgeModule {}

describe('a way to sign in that a module adds', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp({ modules: [BadgeModule] });
  });

  afterAll(async () => app.close());

  const enter = async (email: string, methods?: readonly string[]) =>
    app.api.post<TokenBody>('/v1/badge/sign-in', { json: { email, methods } });
  const refresh = async (refreshToken: string) =>
    app.api.post<TokenBody>('/v1/auth/refresh', { json: { refreshToken } });
  const principal = async (token: string) => app.api.get('/v1/auth/principal', { token });

  it('opens a session like a sign-in by password, and its tokens state how', async () => {
    const { email } = await app.someone();
    const { status, body } = await enter(email);
    expect(status).toBe(200);
    expect(readJws(body.accessToken).claims).toMatchObject({ amr: ['sc'], acr: 'aal1' });
    expect(checked.at(-1)).toMatchObject({ email, methods: ['sc'] });
    await expectOpen(app, body);
  });

  it('passes the login checks', async () => {
    const { email } = await app.someone();
    refusedEmail = email;
    expectProblem(await enter(email), 409, 'conflict');
  });

  it('caps its sessions: tokens, refresh and list end with them, to the millisecond', async () => {
    const { email } = await app.someone();
    const { body } = await enter(email);
    expect(body.refreshExpiresIn).toBe(3_600);
    app.clock.advance({ minutes: 50 });
    const { body: later } = await refresh(body.refreshToken);
    expect([later.expiresIn, later.refreshExpiresIn]).toEqual([600, 600]);
    app.clock.advance({ milliseconds: 10 * 60_000 - 1 });
    const last = await refresh(later.refreshToken);
    expect(last.status).toBe(200);
    app.clock.advance({ milliseconds: 1 });
    expectProblem(await refresh(last.body.refreshToken), 401, 'invalid-refresh-token');
    expectProblem(await principal(later.accessToken), 401, 'invalid-token');
  });

  it('cannot be extended past its cap by a reauthentication', async () => {
    const person = await app.someone();
    const { body } = await enter(person.email);
    app.clock.advance({ minutes: 59 });
    const token = (await refresh(body.refreshToken)).body.accessToken;
    const json = { password: person.password };
    const again = await app.api.post<TokenBody>('/v1/auth/reauthenticate', { token, json });
    expect(again.body.refreshExpiresIn).toBe(60);
    expect(readJws(again.body.accessToken).claims['amr']).toEqual(['pwd']);
    app.clock.advance({ minutes: 1 });
    expectProblem(await refresh(again.body.refreshToken), 401, 'invalid-refresh-token');
  });

  it('reaches the routes of its level, whatever the age', async () => {
    const { email } = await app.someone();
    const { body: weak } = await enter(email);
    const refused = await app.api.get('/v1/badge/safe', { token: weak.accessToken });
    expectProblem(refused, 401, 'insufficient-user-authentication');
    expect(refused.headers.get('www-authenticate')).toBe(
      'Bearer realm="Gatehouse", error="insufficient_user_authentication", max_age="900", acr_values="aal2"',
    );
    const { body: strong } = await enter(email, ['sc', 'pin', 'mfa']);
    expect((await principal(strong.accessToken)).body).toMatchObject({ acr: 'aal2' });
    expect((await app.api.get('/v1/badge/safe', { token: strong.accessToken })).status).toBe(200);
    app.clock.advance({ minutes: 16 });
    const { accessToken: token } = (await refresh(strong.refreshToken)).body;
    const old = await app.api.get('/v1/badge/safe', { token });
    expectProblem(old, 401, 'insufficient-user-authentication');
    expect(old.headers.get('www-authenticate')).toMatch(/max_age="900"$/);
  });

  it('opens nothing for a disabled user', async () => {
    const { email } = await app.someone();
    await app.query(`UPDATE users SET status = 'disabled' WHERE email = $1`, [email]);
    expectProblem(await enter(email), 401, 'invalid-credentials');
  });
});
