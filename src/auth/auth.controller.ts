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
import { accessTokenOf, bearerTokenOf, ChecksSite, CurrentUser, type Principal, Public } from '../access';
import { LimitedBy, RateLimit } from '../platform/rate-limits';
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
import { LOGIN, PASSWORD_PROOF, REGISTRATION } from './auth.rate-limits';
import { AuthService } from './auth.service';
import { CookieMode } from './token/cookie-mode';
import { LocalAuthGuard } from './login/local-auth.guard';
import type { ProvenUser } from './login/password-sign-in';
import { RegistrationService } from './registration/registration.service';
import { SignIn } from './login/sign-in';
import { ApiTokens, SET_COOKIE } from './token/token-docs';

@ApiTags('authentication')
@Controller({ path: 'auth', version: '1' })
export class AuthController {
  constructor(
    private readonly signIn: SignIn,
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
    summary: 'Sign up; the answer is the same whether or not the address is taken',
  })
  @ApiAcceptedResponse({ type: AcceptedResponse })
  @ApiProblems(ValidationFailed)
  async register(@Body() body: RegisterRequest, @Client() client: ClientInfo): Promise<AcceptedResponse> {
    await this.registration.register(body, client);
    return {};
  }

  @Public()
  @ChecksSite()
  @UseGuards(LocalAuthGuard)
  @Post('login')
  @LimitedBy(...LOGIN)
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ operationId: 'logIn', summary: 'Sign in with address and password' })
  @ApiTokens(LoginResponse, 'LoginOutcome')
  @ApiProblems(InvalidCredentials, ValidationFailed)
  async logIn(
    @Body() { deviceToken }: LoginRequest,
    @Query() { useCookies }: LoginQuery,
    @Req() request: FastifyRequest & { user: ProvenUser },
    @Res({ passthrough: true }) reply: FastifyReply,
    @Client() client: ClientInfo,
  ): Promise<LoginResponse | CookieResponse> {
    const tokens = await this.signIn.begin(request.user, client, deviceToken);
    return useCookies === 'true' ? this.cookieMode.begin(request, reply, tokens) : tokens;
  }

  @Public()
  @ChecksSite()
  @Post('refresh')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'refresh',
    summary: 'Take a refresh token for new tokens of the same session',
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
  @LimitedBy(...PASSWORD_PROOF)
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'reauthenticate',
    summary: 'Prove again who you are, within the same session',
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
  @ChecksSite()
  @Post('logout')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiBearerAuth('bearer')
  @ApiCookieAuth('cookie')
  @ApiOperation({
    operationId: 'logOut',
    summary: 'End the session of every credential presented, whatever they are worth',
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
    summary: 'Who the access token says is calling; costs no query',
  })
  @ApiOkResponse({ type: PrincipalResponse })
  principal(@CurrentUser() principal: Principal): PrincipalResponse {
    return PrincipalResponse.of(principal);
  }
}
