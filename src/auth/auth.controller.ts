import {
  Body,
  Controller,
  Get,
  HttpCode,
  HttpStatus,
  Post,
  Query,
  Req,
  Res,
  UseGuards,
} from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiCookieAuth,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { accessTokenOf, bearerTokenOf, CsrfProtected, CurrentUser, type Principal, Public } from '../access';
import { ApiRateLimits, RateLimit } from '../platform/rate-limits';
import { ValidationFailed } from '../platform/errors';
import { ApiProblems, Client, type ClientInfo } from '../platform/http';
import {
  AcceptedResponse,
  type CookieResponse,
  LoginQuery,
  LoginRequest,
  LoginResponse,
  PrincipalResponse,
  ReauthenticateRequest,
  RefreshTokenRequest,
  RegisterRequest,
  TokenResponse,
} from './auth.dto';
import { InvalidCredentials, InvalidRefreshToken } from './auth.errors';
import { LOGIN, PASSWORD_CONFIRMATION, REGISTRATION } from './auth.rate-limits';
import { AuthService } from './auth.service';
import { CookieMode } from './token/cookie-mode';
import { LocalAuthGuard } from './login/local-auth.guard';
import type { VerifiedUser } from './login/password-authenticator';
import { RegistrationService } from './registration/registration.service';
import { LoginService } from './login/login.service';
import { ApiTokens, SET_COOKIE } from './token/token-docs';

@ApiTags('authentication')
@Controller({ path: 'auth', version: '1' })
export class AuthController {
  constructor(
    private readonly login: LoginService,
    private readonly auth: AuthService,
    private readonly cookieMode: CookieMode,
    private readonly registration: RegistrationService,
  ) {}

  @Public()
  @Post('register')
  @RateLimit(REGISTRATION)
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({
    operationId: 'register',
    summary: 'Sign up',
    description:
      'Creates an account for an email address and sends a verification mail to it. ' +
      'The response is the same whether or not the address already has an account, so it does not reveal who is registered. ' +
      'Next, ask the user to open the link in the mail, then sign in with `POST /v1/auth/login`.',
  })
  @ApiAcceptedResponse({ type: AcceptedResponse })
  @ApiProblems(ValidationFailed)
  async register(@Body() body: RegisterRequest, @Client() client: ClientInfo): Promise<AcceptedResponse> {
    await this.registration.register(body, client);
    return {};
  }

  @Public()
  @CsrfProtected()
  @UseGuards(LocalAuthGuard)
  @Post('login')
  @ApiRateLimits(...LOGIN)
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'logIn',
    summary: 'Sign in',
    description:
      'Verifies an email address and a password, opens a session and returns an access token and a refresh token. ' +
      'With `?useCookies=true` a browser receives them as `HttpOnly` cookies instead of in the body. ' +
      'Keep the device token and send it at the next sign-in: it gives the device a rate limit of its own.',
  })
  @ApiTokens(LoginResponse, 'LoginOutcome')
  @ApiProblems(InvalidCredentials, ValidationFailed)
  async logIn(
    @Body() { deviceToken }: LoginRequest,
    @Query() { useCookies }: LoginQuery,
    @Req() request: FastifyRequest & { user: VerifiedUser },
    @Res({ passthrough: true }) reply: FastifyReply,
    @Client() client: ClientInfo,
  ): Promise<LoginResponse | CookieResponse> {
    const tokens = await this.login.logIn(request.user, client, deviceToken);
    return useCookies === 'true' ? this.cookieMode.begin(request, reply, tokens) : tokens;
  }

  @Public()
  @CsrfProtected()
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
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Client() client: ClientInfo,
  ): Promise<TokenResponse | CookieResponse> {
    if (typeof refreshToken === 'string') return this.auth.refresh(refreshToken, client);
    return this.cookieMode.refresh(request, reply, client);
  }

  @Post('reauthenticate')
  @ApiRateLimits(...PASSWORD_CONFIRMATION)
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'reauthenticate',
    summary: 'Confirm the password',
    description:
      'Verifies the password of the signed-in user again and returns tokens of the same session with a new `auth_time`. ' +
      'Call it after a 401 with the code `insufficient-user-authentication`, then repeat the request that was refused.',
  })
  @ApiTokens(TokenResponse, 'TokenOutcome')
  @ApiProblems(InvalidCredentials, ValidationFailed)
  async reauthenticate(
    @CurrentUser() principal: Principal,
    @Body() { password }: ReauthenticateRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Client() client: ClientInfo,
  ): Promise<TokenResponse | CookieResponse> {
    const tokens = await this.auth.reauthenticate(principal, password, client);
    return accessTokenOf(request)?.by === 'cookie' ? this.cookieMode.hand(reply, tokens) : tokens;
  }

  @Public()
  @CsrfProtected()
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
    @Body() { refreshToken }: RefreshTokenRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const accessToken = bearerTokenOf(request);
    const inBody = refreshToken ?? undefined;
    if (accessToken === undefined) return this.cookieMode.logOut(request, reply, inBody);
    await this.auth.logOut({ accessToken, refreshToken: inBody });
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
