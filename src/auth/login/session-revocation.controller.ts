import { Body, Controller, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../../access';
import { RateLimit } from '../../platform/rate-limits';
import { ValidationFailed } from '../../platform/errors';
import { ApiProblems } from '../../platform/http';
import { InvalidOrExpiredToken } from '../../platform/one-time-tokens';
import { MAIL_LINK } from '../auth.rate-limits';
import { EndSessionRequest } from '../auth.dto';
import { SecurityNotices } from './security-notices';

@ApiTags('sessions')
@Controller({ path: 'auth/sessions', version: '1' })
export class SessionRevocationController {
  constructor(private readonly notices: SecurityNotices) {}

  @Public()
  @Post('end')
  @RateLimit(MAIL_LINK)
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'endNoticedSession',
    summary: 'End a session from a notice mail',
    description:
      'Revokes the session that a security notice reported, with the token of the link in that mail. ' +
      'The recipient needs no password and does not have to be signed in. ' +
      'Next, the user should set a new password with `POST /v1/auth/password/forgot`.',
  })
  @ApiNoContentResponse()
  @ApiProblems(InvalidOrExpiredToken, ValidationFailed)
  async revoke(@Body() { token }: EndSessionRequest): Promise<void> {
    await this.notices.revokeSession(token);
  }
}
