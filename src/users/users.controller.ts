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
  @ApiOperation({ operationId: 'getProfile', summary: 'The signed-in user' })
  @ApiOkResponse({ type: ProfileResponse })
  async profile(@CurrentUser() { userId }: Principal): Promise<ProfileResponse> {
    const user = await this.users.findById(userId);
    if (!user) throw new InvalidToken();
    return ProfileResponse.of(user);
  }

  @Patch('me')
  @ApiOperation({ operationId: 'updateProfile', summary: 'Change what the user may change of themself' })
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
