import { Body, Controller, HttpCode, HttpStatus, Post, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  accessTokenOf,
  CurrentUser,
  InsufficientUserAuthentication,
  type Principal,
  Public,
} from '../../access';
import {
  AcceptedResponse,
  InvalidCredentials,
  MAIL_LINK,
  PASSWORD_CONFIRMATION,
  SET_COOKIE,
  setDeviceCookie,
} from '../../auth';
import { ApiRateLimits, RateLimit } from '../../platform/rate-limits';
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
  @ApiRateLimits(...PASSWORD_CONFIRMATION)
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'changePassword',
    summary: 'Change own password',
    description:
      'Sets a new password for the signed-in user, who has to give the current one. ' +
      'It revokes the other sessions of the user, keeps the current one and notifies the user by mail. ' +
      'Users who do not know the current password reset it with `POST /v1/auth/password/forgot`.',
  })
  @ApiNoContentResponse({
    description: 'With a new `__Host-device` in cookie mode: the device tokens from before are void',
    headers: SET_COOKIE,
  })
  @ApiProblems(InvalidCredentials, InsufficientUserAuthentication, ValidationFailed)
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
  @ApiRateLimits(...PASSWORD_CONFIRMATION)
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({
    operationId: 'changeEmail',
    summary: 'Request a change of email address',
    description:
      'Sends a confirmation link to the new address and a notice with an undo link to the current one, after verification of the password. ' +
      'The response is the same whether or not the new address is taken. ' +
      'The address changes when the token of the confirmation link reaches `POST /v1/auth/email/change/confirm`.',
  })
  @ApiAcceptedResponse({ type: AcceptedResponse })
  @ApiProblems(InvalidCredentials, InsufficientUserAuthentication, ValidationFailed)
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
    summary: 'Confirm a change of email address',
    description:
      'Changes the email address of the account to the one that received the confirmation link. ' +
      'The former address keeps an undo link for 7 days. ' +
      'The user signs in with the new address from then on.',
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
    summary: 'Undo a change of email address',
    description:
      'Restores the former email address with the token of the undo link, within 7 days of the change. ' +
      'It voids the password, revokes every session and sends a reset link to the restored address. ' +
      'It is for owners whose account was changed by another person.',
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
