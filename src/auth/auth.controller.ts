import { Body, Controller, Get, HttpCode, HttpStatus, Post, Req, UseGuards } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { bearerTokenOf, CurrentUser, type Principal, Public } from '../access';
import { ValidationFailed } from '../platform/errors';
import { ApiProblems, Client, type ClientInfo } from '../platform/http';
import type { User } from '../users';
import {
  AcceptedResponse,
  LoginRequest,
  PrincipalResponse,
  ReauthenticateRequest,
  RefreshTokenRequest,
  RegisterRequest,
  TokenResponse,
} from './auth.dto';
import { InvalidCredentials, InvalidRefreshToken } from './auth.errors';
import { AuthService } from './auth.service';
import { LocalAuthGuard } from './local-auth.guard';
import { RegistrationService } from './registration.service';

@ApiTags('authentication')
@Controller({ path: 'auth', version: '1' })
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly registration: RegistrationService,
  ) {}

  @Public()
  @Post('register')
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({
    operationId: 'register',
    summary: 'Sign up; the answer is the same whether or not the address is taken',
  })
  @ApiAcceptedResponse({ type: AcceptedResponse })
  @ApiProblems(ValidationFailed)
  async register(@Body() body: RegisterRequest): Promise<AcceptedResponse> {
    await this.registration.register(body);
    return {};
  }

  @Public()
  @UseGuards(LocalAuthGuard)
  @Post('login')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ operationId: 'logIn', summary: 'Sign in with address and password' })
  @ApiOkResponse({ type: TokenResponse })
  @ApiProblems(InvalidCredentials, ValidationFailed)
  async logIn(
    @Body() _checkedByGuard: LoginRequest,
    @Req() { user }: { user: User },
    @Client() client: ClientInfo,
  ): Promise<TokenResponse> {
    return this.auth.logIn(user, client);
  }

  @Public()
  @Post('refresh')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'refresh',
    summary: 'Take a refresh token for new tokens of the same session',
  })
  @ApiOkResponse({ type: TokenResponse })
  @ApiProblems(InvalidRefreshToken, ValidationFailed)
  async refresh(
    @Body() { refreshToken }: RefreshTokenRequest,
    @Client() client: ClientInfo,
  ): Promise<TokenResponse> {
    return this.auth.refresh(refreshToken ?? '', client);
  }

  @Post('reauthenticate')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'reauthenticate',
    summary: 'Prove again who you are, within the same session',
  })
  @ApiOkResponse({ type: TokenResponse })
  @ApiProblems(InvalidCredentials, ValidationFailed)
  async reauthenticate(
    @CurrentUser() principal: Principal,
    @Body() { password }: ReauthenticateRequest,
    @Client() client: ClientInfo,
  ): Promise<TokenResponse> {
    return this.auth.reauthenticate(principal, password, client);
  }

  @Public()
  @Post('logout')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiBearerAuth()
  @ApiOperation({
    operationId: 'logOut',
    summary: 'End the session of every credential presented, whatever they are worth',
  })
  @ApiNoContentResponse()
  @ApiProblems(ValidationFailed)
  async logOut(@Req() request: FastifyRequest, @Body() { refreshToken }: RefreshTokenRequest): Promise<void> {
    await this.auth.logOut({ accessToken: bearerTokenOf(request), refreshToken });
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
