import { ApiProperty } from '@nestjs/swagger';
import { DisplayName } from './display-name';
import type { User } from './user.entity';

export class UpdateProfileRequest {
  @DisplayName()
  readonly displayName?: string | null;
}

/** The profile of the signed-in user. */
export class ProfileResponse {
  @ApiProperty({ format: 'uuid' })
  readonly id: string;

  @ApiProperty({ format: 'email' })
  readonly email: string;

  @ApiProperty({ example: true })
  readonly emailVerified: boolean;

  @ApiProperty({ type: String, nullable: true, example: 'Ada' })
  readonly displayName: string | null;

  @ApiProperty({ type: [String], example: ['support'] })
  readonly roles: readonly string[];

  @ApiProperty({ type: String, format: 'date-time' })
  readonly createdAt: string;

  @ApiProperty({ type: String, format: 'date-time' })
  readonly updatedAt: string;

  static of(user: User): ProfileResponse {
    return {
      id: user.id,
      email: user.email,
      emailVerified: user.emailVerified,
      displayName: user.displayName,
      roles: user.roles,
      createdAt: user.createdAt.toISOString(),
      updatedAt: user.updatedAt.toISOString(),
    };
  }
}
