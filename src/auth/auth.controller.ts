import { Body, Controller, Get, HttpCode, HttpStatus, Post } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiCookieAuth,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { BearerToken, CurrentUser, type Principal, Public } from '../access';
import { Clock } from '../platform/clock';
import { ApiRateLimits, RateLimit } from '../platform/rate-limits';
import { ValidationFailed } from '../platform/errors';
import { ApiProblems, Client, type ClientInfo } from '../platform/http';
import {
  AcceptedResponse,
  LoginResponse,
  PrincipalResponse,
  ReauthenticateRequest,
  RefreshTokenRequest,
  RegisterRequest,
  TokenResponse,
} from './auth.dto';
import { InvalidCredentials, InvalidRefreshToken } from './auth.errors';
import { LOGIN, PASSWORD_CONFIRMATION, REGISTRATION } from './auth.rate-limits';
import { CurrentLogin, LocalLogin, type VerifiedUser } from './login/local-auth';
import { SignInService } from './login/sign-in.service';
import { RegistrationService } from './registration/registration.service';
import { RequiresRegistration } from './registration/requires-registration';
import { MfaRequired } from './second-step/second-step.errors';
import { CookieMode, type CookieTokens, RequestCookies } from './token/cookie.interceptor';
import { LogoutService } from './token/logout.service';
import { ReauthenticationService } from './token/reauthentication.service';
import { RefreshService } from './token/refresh.service';
import { ApiTokens, SET_COOKIE } from './token/token-docs';

@ApiTags('authentication')
@Controller({ path: 'auth', version: '1' })
export class AuthController {
  constructor(
    private readonly registration: RegistrationService,
    private readonly signIn: SignInService,
    private readonly refreshing: RefreshService,
    private readonly reauthentication: ReauthenticationService,
    private readonly logout: LogoutService,
    private readonly clock: Clock,
  ) {}

  @Public()
  @RequiresRegistration('open')
  @Post('register')
  @RateLimit(REGISTRATION)
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({
    operationId: 'register',
    summary: 'Sign up',
    description:
      'Creates an account for an email address and sends a verification mail to it. ' +
      'The response is the same whether or not the address already has an account, so it does not reveal who is registered. ' +
      'Next, ask the user to open the link in the mail, then sign in with `POST /v1/auth/login`. ' +
      'It is 403 unless `registration` of `GET /v1/auth/policy` is `open`.',
  })
  @ApiAcceptedResponse({ type: AcceptedResponse })
  @ApiProblems(ValidationFailed)
  async register(@Body() body: RegisterRequest, @Client() client: ClientInfo): Promise<AcceptedResponse> {
    await this.registration.register(body, client);
    return {};
  }

  @Public()
  @CookieMode('asked')
  @LocalLogin()
  @Post('login')
  @ApiRateLimits(...LOGIN)
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'logIn',
    summary: 'Sign in',
    description:
      'Verifies an email address and a password, opens a session and returns an access token and a refresh token. ' +
      'With `?useCookies=true` a browser receives them as `HttpOnly` cookies instead of in the body. ' +
      'Keep the device token and send it at the next sign-in: it gives the device a rate limit of its own. ' +
      'An account with a second factor is answered with 401 `mfa-required`: send its `mfaToken` with a proof to one of the routes `/v1/auth/mfa/*`.',
  })
  @ApiTokens(LoginResponse, 'LoginOutcome')
  @ApiProblems(InvalidCredentials, MfaRequired, ValidationFailed)
  async logIn(
    @CurrentLogin() { user, ...proof }: VerifiedUser,
    @RequestCookies() { accessToken, refreshToken }: CookieTokens,
    @Client() client: ClientInfo,
  ): Promise<LoginResponse> {
    const authentication = { methods: ['pwd'], authenticatedAt: this.clock.now() };
    const tokens = await this.signIn.openFor(user, { ...proof, ...authentication, client });
    // No client could sign out of the session whose cookies are replaced.
    await this.logout.logOut({ accessToken, refreshTokens: [refreshToken] });
    return tokens;
  }

  @Public()
  @CookieMode('no-token')
  @Post('refresh')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'refresh',
    summary: 'Refresh tokens',
    description:
      'Exchanges a refresh token for a new access token and the next refresh token of the same session. ' +
      'Use the new refresh token from then on; the former one is accepted for a short grace period only, and its use after that revokes the session. ' +
      'On 401 the session has ended and the user has to sign in again.',
  })
  @ApiTokens(TokenResponse, 'TokenOutcome')
  @ApiProblems(InvalidRefreshToken, ValidationFailed)
  async refresh(
    @Body() { refreshToken }: RefreshTokenRequest,
    @RequestCookies() cookies: CookieTokens,
    @Client() client: ClientInfo,
  ): Promise<TokenResponse> {
    return this.refreshing.refresh(refreshToken ?? cookies.refreshToken, client);
  }

  @CookieMode('no-bearer')
  @Post('reauthenticate')
  @ApiRateLimits(...PASSWORD_CONFIRMATION)
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'reauthenticate',
    summary: 'Confirm the password',
    description:
      'Verifies the password of the signed-in user again and returns tokens of the same session with a new `auth_time`. ' +
      'Call it after a 401 with the code `insufficient-user-authentication`, then repeat the request that was refused. ' +
      'A user with a second factor gets 401 `mfa-required` and completes it as a sign-in, with the access token.',
  })
  @ApiTokens(TokenResponse, 'TokenOutcome')
  @ApiProblems(InvalidCredentials, MfaRequired, ValidationFailed)
  async reauthenticate(
    @CurrentUser() principal: Principal,
    @Body() { password }: ReauthenticateRequest,
    @Client() client: ClientInfo,
  ): Promise<TokenResponse> {
    return this.reauthentication.reauthenticate(principal, password, client);
  }

  @Public()
  @CookieMode('no-bearer')
  @Post('logout')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiBearerAuth('bearer')
  @ApiCookieAuth('cookie')
  @ApiOperation({
    operationId: 'logOut',
    summary: 'Sign out',
    description:
      'Revokes the session of every credential in the request: the access token, the refresh token in the body and the cookies. ' +
      'Access tokens of these sessions are refused at once, and cookies are cleared. ' +
      'The response is 204 even when a credential is invalid or expired, so a client can always call it and then discard its tokens.',
  })
  @ApiNoContentResponse({ description: 'Cookies that were sent are taken away', headers: SET_COOKIE })
  @ApiProblems(ValidationFailed)
  async logOut(
    @BearerToken() bearerToken: string | undefined,
    @Body() { refreshToken }: RefreshTokenRequest,
    @RequestCookies() cookies: CookieTokens,
  ): Promise<void> {
    const accessToken = bearerToken ?? cookies.accessToken;
    await this.logout.logOut({ accessToken, refreshTokens: [cookies.refreshToken, refreshToken] });
  }

  @Get('principal')
  @ApiOperation({
    operationId: 'getPrincipal',
    summary: 'Get the current principal',
    description:
      'Returns the user, session, roles and permissions that apply to the request, without a database query. ' +
      'Front ends use it to decide which actions to offer. ' +
      'Use `GET /v1/users/me` for the stored profile.',
  })
  @ApiOkResponse({ type: PrincipalResponse })
  principal(@CurrentUser() principal: Principal): PrincipalResponse {
    return PrincipalResponse.of(principal);
  }
}
