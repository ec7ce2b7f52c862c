import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser, InvalidToken, type Principal } from '../access';
import { ValidationFailed } from '../platform/errors';
import { ApiProblems } from '../platform/http';
import { ProfileResponse, UpdateProfileRequest } from './users.dto';
import { UsersService } from './users.service';

@ApiTags('profile')
@Controller({ path: 'users', version: '1' })
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Get('me')
  @ApiOperation({
    operationId: 'getProfile',
    summary: 'Get own profile',
    description:
      "Returns the profile of the signed-in user as it is stored now, with the names of the user's roles. " +
      'To learn only what the access token says, without a database query, call `GET /v1/auth/principal`.',
  })
  @ApiOkResponse({ type: ProfileResponse })
  async profile(@CurrentUser() { userId }: Principal): Promise<ProfileResponse> {
    const user = await this.users.findById(userId);
    if (!user) throw new InvalidToken();
    return ProfileResponse.of(user);
  }

  @Patch('me')
  @ApiOperation({
    operationId: 'updateProfile',
    summary: 'Update own profile',
    description:
      'Changes the display name of the signed-in user and returns the updated profile. ' +
      'Members that are absent keep their value. ' +
      'The email address and the password have routes of their own under `/v1/auth`.',
  })
  @ApiOkResponse({ type: ProfileResponse })
  @ApiProblems(ValidationFailed)
  async update(
    @CurrentUser() { userId }: Principal,
    @Body() { displayName }: UpdateProfileRequest,
  ): Promise<ProfileResponse> {
    const user =
      displayName === undefined
        ? await this.users.findById(userId)
        : await this.users.rename(userId, displayName);
    if (!user) throw new InvalidToken();
    return ProfileResponse.of(user);
  }
}
