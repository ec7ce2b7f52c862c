import { Body, Controller, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../../access';
import { MAIL_LINK, RegistrationClosed } from '../../auth';
import { RateLimit } from '../../platform/rate-limits';
import { ValidationFailed } from '../../platform/errors';
import { ApiProblems } from '../../platform/http';
import { InvalidOrExpiredToken } from '../../platform/one-time-tokens';
import { InvitationAcceptance } from './invitation-acceptance';
import { AcceptInvitationRequest } from './invitations.dto';

@ApiTags('account')
@Controller({ path: 'auth/invitations', version: '1' })
export class InvitationsController {
  constructor(private readonly acceptance: InvitationAcceptance) {}

  @Public()
  @Post('accept')
  @RateLimit(MAIL_LINK)
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'acceptInvitation',
    summary: 'Accept an invitation',
    description:
      'Sets the password of an invited account with the token of the invitation mail and verifies its email address. ' +
      'It opens no session. ' +
      'Next, sign in with `POST /v1/auth/login`.',
  })
  @ApiNoContentResponse()
  @ApiProblems(InvalidOrExpiredToken, RegistrationClosed, ValidationFailed)
  async accept(@Body() body: AcceptInvitationRequest): Promise<void> {
    await this.acceptance.accept(body);
  }
}
