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
  @ApiOperation({ operationId: 'verifyEmail', summary: 'Prove the address with the token of the mail' })
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
    summary: 'Ask for the mail again; the answer is the same whether or not there is such an account',
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
