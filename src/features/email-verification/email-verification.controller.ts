import { Body, Controller, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../../access';
import { AcceptedResponse, InvalidCredentials, MAIL_LINK, MAIL_REQUEST } from '../../auth';
import { RateLimit } from '../../platform/rate-limits';
import { ValidationFailed } from '../../platform/errors';
import { ApiProblems, Client, type ClientInfo } from '../../platform/http';
import { InvalidOrExpiredToken } from '../../platform/one-time-tokens';
import { ResendVerificationRequest, VerifyEmailRequest } from './email-verification.dto';
import { PasswordRequired } from './email-verification.errors';
import { EmailVerificationService } from './email-verification.service';

@ApiTags('account')
@Public()
@Controller({ path: 'auth/email/verify', version: '1' })
export class EmailVerificationController {
  constructor(private readonly verification: EmailVerificationService) {}

  @Post()
  @RateLimit(MAIL_LINK)
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'verifyEmail',
    summary: 'Verify an email address',
    description:
      'Confirms an email address with the token of the verification mail. ' +
      'The account can sign in afterwards; this call opens no session. ' +
      'When the address was registered more than once, the response is 422 with the code `password-required`: repeat the call with the password that the user chose.',
  })
  @ApiNoContentResponse()
  @ApiProblems(InvalidCredentials, InvalidOrExpiredToken, PasswordRequired, ValidationFailed)
  async verify(@Body() { token, password }: VerifyEmailRequest): Promise<void> {
    await this.verification.verify(token, password ?? null);
  }

  @Post('resend')
  @RateLimit(MAIL_REQUEST)
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({
    operationId: 'resendVerification',
    summary: 'Resend the verification mail',
    description:
      'Sends another verification mail to the owner of an unverified account. ' +
      'The response is the same whether or not such an account exists. ' +
      'Earlier links remain valid until one is used or they expire.',
  })
  @ApiAcceptedResponse({ type: AcceptedResponse })
  @ApiProblems(ValidationFailed)
  async resend(
    @Body() { email }: ResendVerificationRequest,
    @Client() client: ClientInfo,
  ): Promise<AcceptedResponse> {
    await this.verification.resend(email, client);
    return {};
  }
}
