import { Controller, Delete, Get, HttpCode, HttpStatus, Param, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser, type Principal, RequirePermissions, RequireRecentSignIn } from '../../access';
import { ValidationFailed } from '../../platform/errors';
import { ApiProblems, NotFound, toPage, PageQuery, UuidParam } from '../../platform/http';
import { SessionListResponse, SessionResponse, SessionSettings, SessionsService } from '../../sessions';
import { UsersService } from '../../users';
import { UsersAdminService } from './users-admin.service';

@ApiTags('administration')
@Controller({ path: 'users/:id/sessions', version: '1' })
export class UserSessionsController {
  constructor(
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
    private readonly settings: SessionSettings,
    private readonly admin: UsersAdminService,
  ) {}

  @Get()
  @RequirePermissions('sessions:read')
  @ApiOperation({
    operationId: 'listUserSessions',
    summary: 'List the sessions of a user',
    description:
      'Returns the active sessions of a user, the newest first, for administrators with the permission `sessions:read`. ' +
      'Revoke them with `DELETE /v1/users/{id}/sessions`.',
  })
  @ApiOkResponse({ type: SessionListResponse })
  @ApiProblems(NotFound, ValidationFailed)
  async list(
    @CurrentUser() { sessionId }: Principal,
    @Param('id', UuidParam) id: string,
    @Query() query: PageQuery,
  ): Promise<SessionListResponse> {
    if (!(await this.users.findById(id))) throw new NotFound();
    return toPage(await this.sessions.findLive(id, query), query.limit, (session) =>
      SessionResponse.of(session, this.settings.expiryOf(session), sessionId),
    );
  }

  @Delete()
  @RequirePermissions('sessions:write')
  @RequireRecentSignIn()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'endUserSessions',
    summary: 'Sign a user out',
    description:
      'Revokes every session of a user, for administrators with the permission `sessions:write`. ' +
      'The access and refresh tokens of the user are refused at once. ' +
      'The user can sign in again unless the account is disabled as well.',
  })
  @ApiNoContentResponse()
  @ApiProblems(NotFound)
  async end(@CurrentUser() principal: Principal, @Param('id', UuidParam) id: string): Promise<void> {
    await this.admin.endSessions(principal, id);
  }
}
