import { Body, Controller, HttpCode, HttpStatus, Post, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { accessTokenOf, CurrentUser, type Principal, Public } from '../../access';
import {
  AcceptedResponse,
  InvalidCredentials,
  MAIL_LINK,
  PASSWORD_PROOF,
  SET_COOKIE,
  setDeviceCookie,
} from '../../auth';
import { LimitedBy, RateLimit } from '../../platform/rate-limits';
import { ValidationFailed } from '../../platform/errors';
import { ApiProblems, Client, type ClientInfo } from '../../platform/http';
import { InvalidOrExpiredToken } from '../../platform/one-time-tokens';
import { ChangeEmailRequest, ChangePasswordRequest, EmailChangeTokenRequest } from './account.dto';
import { EmailChangeService } from './email-change.service';
import { PasswordChangeService } from './password-change.service';

@ApiTags('account')
@Controller({ path: 'auth', version: '1' })
export class CredentialsController {
  constructor(
    private readonly passwordChange: PasswordChangeService,
    private readonly emailChange: EmailChangeService,
  ) {}

  @Post('password/change')
  @LimitedBy(...PASSWORD_PROOF)
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'changePassword',
    summary: 'Set a new password with the current one; ends the other sessions',
  })
  @ApiNoContentResponse({
    description: 'With a new `__Host-device` in cookie mode: the device tokens from before are void',
    headers: SET_COOKIE,
  })
  @ApiProblems(InvalidCredentials, ValidationFailed)
  async changePassword(
    @CurrentUser() principal: Principal,
    @Body() body: ChangePasswordRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Client() client: ClientInfo,
  ): Promise<void> {
    const deviceToken = await this.passwordChange.change(principal, body, client);
    if (accessTokenOf(request)?.by === 'cookie') setDeviceCookie(reply, deviceToken);
  }

  @Post('email/change')
  @LimitedBy(...PASSWORD_PROOF)
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({
    operationId: 'changeEmail',
    summary: 'Ask for another address; the answer is the same whether or not it is taken',
  })
  @ApiAcceptedResponse({ type: AcceptedResponse })
  @ApiProblems(InvalidCredentials, ValidationFailed)
  async changeEmail(
    @CurrentUser() principal: Principal,
    @Body() body: ChangeEmailRequest,
    @Client() client: ClientInfo,
  ): Promise<AcceptedResponse> {
    await this.emailChange.request(principal, body, client);
    return {};
  }

  @Public()
  @Post('email/change/confirm')
  @RateLimit(MAIL_LINK)
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'confirmEmailChange',
    summary: 'Move the account to the mailbox that got the token',
  })
  @ApiNoContentResponse()
  @ApiProblems(InvalidOrExpiredToken, ValidationFailed)
  async confirmEmailChange(@Body() { token }: EmailChangeTokenRequest): Promise<void> {
    await this.emailChange.confirm(token);
  }

  @Public()
  @Post('email/change/undo')
  @RateLimit(MAIL_LINK)
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'undoEmailChange',
    summary: 'Take the account back to the former mailbox; voids the password and ends every session',
  })
  @ApiNoContentResponse()
  @ApiProblems(InvalidOrExpiredToken, ValidationFailed)
  async undoEmailChange(
    @Body() { token }: EmailChangeTokenRequest,
    @Client() client: ClientInfo,
  ): Promise<void> {
    await this.emailChange.undo(token, client);
  }
}
