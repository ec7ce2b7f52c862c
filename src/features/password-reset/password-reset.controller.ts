import { Body, Controller, HttpCode, HttpStatus, Post, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../../access';
import { AcceptedResponse, MAIL_LINK, MAIL_REQUEST, SET_COOKIE, setDeviceCookie } from '../../auth';
import { RateLimit } from '../../platform/rate-limits';
import { ValidationFailed } from '../../platform/errors';
import { ApiProblems, Client, type ClientInfo } from '../../platform/http';
import { InvalidOrExpiredToken } from '../../platform/one-time-tokens';
import { ForgotPasswordRequest, ResetPasswordRequest } from './password-reset.dto';
import { PasswordResetService } from './password-reset.service';

@ApiTags('account')
@Public()
@Controller({ path: 'auth/password', version: '1' })
export class PasswordResetController {
  constructor(private readonly passwordReset: PasswordResetService) {}

  @Post('forgot')
  @RateLimit(MAIL_REQUEST)
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({
    operationId: 'forgotPassword',
    summary: 'Request a password reset',
    description:
      'Sends a mail with a link for setting a new password to the owner of an account. ' +
      'The response is the same whether or not the account exists. ' +
      'Next, post the token of the link to `POST /v1/auth/password/reset`.',
  })
  @ApiAcceptedResponse({ type: AcceptedResponse })
  @ApiProblems(ValidationFailed)
  async forgot(
    @Body() { email }: ForgotPasswordRequest,
    @Client() client: ClientInfo,
  ): Promise<AcceptedResponse> {
    await this.passwordReset.forgot(email, client);
    return {};
  }

  @Post('reset')
  @RateLimit(MAIL_LINK)
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'resetPassword',
    summary: 'Reset a password',
    description:
      'Sets a new password with the token of the reset mail and verifies the email address. ' +
      'It revokes every session of the user and opens none, and the user is notified by mail. ' +
      'Next, sign in with the new password.',
  })
  @ApiNoContentResponse({ description: 'With `__Host-device` for a browser', headers: SET_COOKIE })
  @ApiProblems(InvalidOrExpiredToken, ValidationFailed)
  async reset(
    @Body() body: ResetPasswordRequest,
    @Client() client: ClientInfo,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    setDeviceCookie(reply, await this.passwordReset.reset(body, client));
  }
}
