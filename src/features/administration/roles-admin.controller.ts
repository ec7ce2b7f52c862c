import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Put, Query, Res } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  CurrentUser,
  KnownPermissions,
  type Principal,
  RequirePermissions,
  RequireRecentSignIn,
} from '../../access';
import { ValidationFailed } from '../../platform/errors';
import { ApiProblems, Conflict, NotFound, toPage, PageQuery } from '../../platform/http';
import { RolesService } from '../../roles';
import { isRoleName, ROLE_NAME_PATTERN } from './role-names';
import { PermissionListResponse, RoleListResponse, RoleResponse, SaveRoleRequest } from './roles-admin.dto';
import { RolesAdminService } from './roles-admin.service';

@ApiTags('administration')
@Controller({ version: '1' })
export class RolesAdminController {
  constructor(
    private readonly roles: RolesService,
    private readonly admin: RolesAdminService,
    private readonly known: KnownPermissions,
  ) {}

  @Get('permissions')
  @RequirePermissions('roles:read')
  @ApiOperation({
    operationId: 'listPermissions',
    summary: 'List permissions',
    description:
      'Returns every permission that a module of this application declares, with its description, for administrators with the permission `roles:read`. ' +
      'Use these names in `PUT /v1/roles/{name}`.',
  })
  @ApiOkResponse({ type: PermissionListResponse })
  listPermissions(): PermissionListResponse {
    const items = this.known.all().map(([name, description]) => ({ name, description }));
    return { items, nextCursor: null };
  }

  @Get('roles')
  @RequirePermissions('roles:read')
  @ApiOperation({
    operationId: 'listRoles',
    summary: 'List roles',
    description:
      'Returns the roles with their permissions, the newest first, for administrators with the permission `roles:read`. ' +
      'Assign a role to a user with `PATCH /v1/users/{id}`.',
  })
  @ApiOkResponse({ type: RoleListResponse })
  @ApiProblems(ValidationFailed)
  async list(@Query() query: PageQuery): Promise<RoleListResponse> {
    return toPage(await this.roles.list(query), query.limit, (role) => RoleResponse.of(role));
  }

  @Put('roles/:name')
  @RequirePermissions('roles:write')
  @RequireRecentSignIn()
  @ApiOperation({
    operationId: 'saveRole',
    summary: 'Create or replace a role',
    description:
      'Creates a role or replaces its permissions, for administrators with the permission `roles:write`. ' +
      'The change applies to all holders of the role at once, without a new sign-in. ' +
      'An administrator cannot add a permission that they lack, nor change a role that has one.',
  })
  @ApiParam({ name: 'name', schema: { type: 'string', pattern: ROLE_NAME_PATTERN.source } })
  @ApiOkResponse({ type: RoleResponse, description: 'The role was replaced' })
  @ApiCreatedResponse({ type: RoleResponse, description: 'The role was created' })
  @ApiProblems(ValidationFailed, Conflict)
  async save(
    @CurrentUser() principal: Principal,
    @Param('name') name: string,
    @Body() { description = null, permissions }: SaveRoleRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RoleResponse> {
    if (!isRoleName(name)) throw new ValidationFailed([BAD_NAME]);
    const { role, isNew } = await this.admin.save(principal, { name, description, permissions });
    reply.status(isNew ? HttpStatus.CREATED : HttpStatus.OK);
    return RoleResponse.of(role);
  }

  @Delete('roles/:name')
  @RequirePermissions('roles:write')
  @RequireRecentSignIn()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'deleteRole',
    summary: 'Delete a role',
    description:
      'Deletes a role and removes it from every user who has it, for administrators with the permission `roles:write`. ' +
      'Access tokens of these users become stale, and clients refresh them. ' +
      'The role `admin` cannot be deleted.',
  })
  @ApiNoContentResponse()
  @ApiProblems(NotFound, Conflict)
  async delete(@CurrentUser() principal: Principal, @Param('name') name: string): Promise<void> {
    if (!isRoleName(name)) throw new NotFound();
    await this.admin.delete(principal, name);
  }
}

const BAD_NAME = {
  pointer: '/name',
  code: 'role-name',
  detail: 'The name in the address: lower-case letters, digits and hyphens, at most 63, a letter first.',
};
