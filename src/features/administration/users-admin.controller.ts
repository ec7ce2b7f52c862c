import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  HttpStatus,
  Param,
  Patch,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentUser, type Principal, RequirePermissions, RequireRecentSignIn } from '../../access';
import { LimitedBy } from '../../platform/rate-limits';
import { ValidationFailed } from '../../platform/errors';
import {
  ApiProblems,
  Client,
  type ClientInfo,
  Conflict,
  HttpSettings,
  NotFound,
  pageOf,
  startOf,
  UuidParam,
} from '../../platform/http';
import { UserSearch, UsersService } from '../../users';
import { INVITATION_BY_ACTOR, INVITATION_TO_ADDRESS } from './administration.rate-limits';
import { InvitationsService } from './invitations.service';
import {
  ChangeUserRequest,
  InviteUserRequest,
  UserListResponse,
  UserQuery,
  UserResponse,
} from './users-admin.dto';
import { UsersAdminService } from './users-admin.service';

@ApiTags('administration')
@Controller({ path: 'users', version: '1' })
export class UsersAdminController {
  constructor(
    private readonly users: UsersService,
    private readonly search: UserSearch,
    private readonly admin: UsersAdminService,
    private readonly invitations: InvitationsService,
    private readonly settings: HttpSettings,
  ) {}

  @Get()
  @RequirePermissions('users:read')
  @ApiOperation({ operationId: 'listUsers', summary: 'Users, the newest first' })
  @ApiOkResponse({ type: UserListResponse })
  @ApiProblems(ValidationFailed)
  async list(@Query() query: UserQuery): Promise<UserListResponse> {
    const { email: emailPrefix, status, role, limit } = query;
    const page = { after: startOf(query), limit: limit + 1 };
    const users = await this.search.find({ emailPrefix, status, role, ...page });
    return pageOf(users, limit, (user) => UserResponse.of(user));
  }

  @Get(':id')
  @RequirePermissions('users:read')
  @ApiOperation({ operationId: 'getUser', summary: 'A user as administrators see them' })
  @ApiOkResponse({ type: UserResponse })
  @ApiProblems(NotFound)
  async get(@Param('id', UuidParam) id: string): Promise<UserResponse> {
    const user = await this.users.findById(id);
    if (!user) throw new NotFound();
    return UserResponse.of(user);
  }

  @Post()
  @LimitedBy(INVITATION_BY_ACTOR, INVITATION_TO_ADDRESS)
  @RequirePermissions('users:write')
  @RequireRecentSignIn()
  @ApiOperation({
    operationId: 'inviteUser',
    summary: 'Invite somebody by mail: they choose their own password, and get the roles with it',
  })
  @ApiCreatedResponse({ type: UserResponse })
  @ApiProblems(ValidationFailed, Conflict)
  async invite(
    @CurrentUser() principal: Principal,
    @Body() body: InviteUserRequest,
    @Client() client: ClientInfo,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserResponse> {
    const user = await this.invitations.invite(principal, body, client);
    reply.header('location', `${this.settings.publicPath}/v1/users/${user.id}`);
    return UserResponse.of(user);
  }

  @Patch(':id')
  @RequirePermissions('users:write')
  @RequireRecentSignIn()
  @ApiOperation({ operationId: 'changeUser', summary: 'Disable or enable a user, give and take roles' })
  @ApiOkResponse({ type: UserResponse })
  @ApiProblems(NotFound, ValidationFailed, Conflict)
  async change(
    @CurrentUser() principal: Principal,
    @Param('id', UuidParam) id: string,
    @Body() body: ChangeUserRequest,
  ): Promise<UserResponse> {
    return UserResponse.of(await this.admin.change(principal, id, body));
  }

  @Delete(':id')
  @RequirePermissions('users:write')
  @RequireRecentSignIn()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'deleteUser',
    summary: 'Delete a user with all that belongs to them, for good',
  })
  @ApiNoContentResponse()
  @ApiProblems(NotFound, Conflict)
  async delete(@CurrentUser() principal: Principal, @Param('id', UuidParam) id: string): Promise<void> {
    await this.admin.delete(principal, id);
  }
}
