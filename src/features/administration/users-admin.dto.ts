import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { PageQuery, PageType } from '../../platform/http';
import { DisplayName, EmailAddress, EmailPrefix, ProfileResponse, type User } from '../../users';
import { MayBeAbsent, RoleName, RoleNames } from './role-names';

const STATUSES = ['active', 'disabled'] as const;

export class UserSearchQuery extends PageQuery {
  @EmailPrefix()
  readonly email?: string;

  @ApiPropertyOptional({ enum: STATUSES })
  @MayBeAbsent()
  @IsIn(STATUSES, { message: 'Use active or disabled.' })
  readonly status?: User['status'];

  @RoleName()
  readonly role?: string;
}

export class InviteUserRequest {
  @EmailAddress()
  readonly email: string;

  @DisplayName()
  readonly displayName?: string | null;

  @RoleNames({ description: 'Given when the invitation is accepted' })
  readonly roles?: string[];
}

export class ChangeUserRequest {
  @ApiPropertyOptional({ enum: STATUSES, description: '`disabled` ends every session' })
  @MayBeAbsent()
  @IsIn(STATUSES, { message: 'Use active or disabled.' })
  readonly status?: User['status'];

  @RoleNames({ description: 'All that the user is to have' })
  readonly roles?: string[];
}

/** A user as administrators see them. */
export class UserResponse extends ProfileResponse {
  @ApiProperty({ enum: STATUSES })
  readonly status: User['status'];

  static override of(user: User): UserResponse {
    return Object.assign(ProfileResponse.of(user), { status: user.status });
  }
}

export class UserListResponse extends PageType(UserResponse) {}
