import { Controller, Delete, Get, HttpCode, HttpStatus, Param, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { CurrentUser, type Principal } from '../access';
import { ValidationFailed } from '../platform/errors';
import { ApiProblems, NotFound, toPage, PageQuery } from '../platform/http';
import { SessionSettings } from './session.settings';
import { EndSessionsQuery, SessionListResponse, SessionResponse } from './sessions.dto';
import { OwnSessions } from './own-sessions';
import { SessionsService } from './sessions.service';

@ApiTags('sessions')
@Controller({ path: 'sessions', version: '1' })
export class SessionsController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly own: OwnSessions,
    private readonly settings: SessionSettings,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'listSessions',
    summary: 'List own sessions',
    description:
      'Returns the active sessions of the signed-in user, the newest first, with the network address and browser of each. ' +
      '`current` marks the session that made the request. ' +
      'End one with `DELETE /v1/sessions/{id}`.',
  })
  @ApiOkResponse({ type: SessionListResponse })
  @ApiProblems(ValidationFailed)
  async list(
    @CurrentUser() { userId, sessionId }: Principal,
    @Query() query: PageQuery,
  ): Promise<SessionListResponse> {
    const sessions = await this.sessions.findLive(userId, query);
    return toPage(sessions, query.limit, (session) =>
      SessionResponse.of(session, this.settings.expiryOf(session), sessionId),
    );
  }

  @Delete(':id')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'endSession',
    summary: 'Sign out of one session',
    description:
      'Revokes one session of the signed-in user, and its access and refresh tokens are refused at once. ' +
      'Take the id from `GET /v1/sessions`. ' +
      'The session of another user is answered with 404, as an unknown id is.',
  })
  @ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } })
  @ApiNoContentResponse()
  @ApiProblems(NotFound)
  async revoke(@CurrentUser() principal: Principal, @Param('id') id: string): Promise<void> {
    if (!(await this.own.revoke(principal, id))) throw new NotFound();
  }

  @Delete()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'endSessions',
    summary: 'Sign out of the other sessions',
    description:
      'Revokes all sessions of the signed-in user but the current one, or all of them with `?includeCurrent=true`. ' +
      'Their access and refresh tokens are refused at once. ' +
      'Users call it when they suspect that another person uses their account; they should change the password as well.',
  })
  @ApiNoContentResponse()
  @ApiProblems(ValidationFailed)
  async revokeAll(
    @CurrentUser() principal: Principal,
    @Query() { includeCurrent }: EndSessionsQuery,
  ): Promise<void> {
    await this.own.revokeAll(principal, { includingCurrent: includeCurrent === 'true' });
  }
}
