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
export class SessionEndController {
  constructor(private readonly notices: SecurityNotices) {}

  @Public()
  @Post('end')
  @RateLimit(MAIL_LINK)
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'endNoticedSession',
    summary: 'End the session that a notice tells of, with the token of its mail',
  })
  @ApiNoContentResponse()
  @ApiProblems(InvalidOrExpiredToken, ValidationFailed)
  async end(@Body() { token }: EndSessionRequest): Promise<void> {
    await this.notices.endSession(token);
  }
}
