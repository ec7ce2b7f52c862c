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
import { RequiresRegistration } from '../../auth';
import { ApiRateLimits } from '../../platform/rate-limits';
import { ValidationFailed } from '../../platform/errors';
import {
  ApiProblems,
  Client,
  type ClientInfo,
  Conflict,
  HttpSettings,
  NotFound,
  toPage,
  parseCursor,
  UuidParam,
} from '../../platform/http';
import { UserSearch, UsersService } from '../../users';
import { INVITATION_BY_ACTOR, INVITATION_TO_ADDRESS } from './administration.rate-limits';
import { InvitationsService } from './invitations.service';
import {
  ChangeUserRequest,
  InviteUserRequest,
  UserListResponse,
  UserSearchQuery,
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
  @ApiOperation({
    operationId: 'listUsers',
    summary: 'List users',
    description:
      'Returns user accounts, the newest first, for administrators with the permission `users:read`. ' +
      'Filter by the beginning of the email address, by status and by role. ' +
      'Pass `nextCursor` as `cursor` to read the next page.',
  })
  @ApiOkResponse({ type: UserListResponse })
  @ApiProblems(ValidationFailed)
  async list(@Query() query: UserSearchQuery): Promise<UserListResponse> {
    const { email: emailPrefix, status, role, limit } = query;
    const page = { after: parseCursor(query), limit: limit + 1 };
    const users = await this.search.find({ emailPrefix, status, role, ...page });
    return toPage(users, limit, (user) => UserResponse.of(user));
  }

  @Get(':id')
  @RequirePermissions('users:read')
  @ApiOperation({
    operationId: 'getUser',
    summary: 'Get a user',
    description:
      'Returns one user account with its status and roles, for administrators with the permission `users:read`. ' +
      'Take the id from `GET /v1/users`.',
  })
  @ApiOkResponse({ type: UserResponse })
  @ApiProblems(NotFound)
  async get(@Param('id', UuidParam) id: string): Promise<UserResponse> {
    const user = await this.users.findById(id);
    if (!user) throw new NotFound();
    return UserResponse.of(user);
  }

  @Post()
  @ApiRateLimits(INVITATION_BY_ACTOR, INVITATION_TO_ADDRESS)
  @RequirePermissions('users:write')
  @RequireRecentSignIn()
  @RequiresRegistration('open', 'invited')
  @ApiOperation({
    operationId: 'inviteUser',
    summary: 'Invite a user',
    description:
      'Creates an account with roles and sends an invitation mail to its address, for administrators with the permission `users:write`. ' +
      'The invited user chooses the password with `POST /v1/auth/invitations/accept`; administrators never set passwords of other users. ' +
      'An administrator can grant only permissions that they have.',
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
  @ApiOperation({
    operationId: 'changeUser',
    summary: 'Change a user',
    description:
      'Enables or disables a user account or replaces its roles, for administrators with the permission `users:write`. ' +
      'Disabling revokes every session of the user at once; changed roles make earlier access tokens stale, and clients refresh them. ' +
      'The last administrator cannot be disabled or lose the role.',
  })
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
    summary: 'Delete a user',
    description:
      'Deletes a user account with its sessions and personal data, for administrators with the permission `users:write`. ' +
      'The deletion cannot be undone; the audit trail keeps the id only. ' +
      'To refuse a user access and keep the data, disable the account with `PATCH /v1/users/{id}`.',
  })
  @ApiNoContentResponse()
  @ApiProblems(NotFound, Conflict)
  async delete(@CurrentUser() principal: Principal, @Param('id', UuidParam) id: string): Promise<void> {
    await this.admin.delete(principal, id);
  }
}
