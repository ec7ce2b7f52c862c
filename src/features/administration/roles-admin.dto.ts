import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
} from 'class-validator';
import { PageType } from '../../platform/http';
import type { Role } from '../../roles';

const MOST_PERMISSIONS = 200;
const LONGEST_DESCRIPTION = 200;
const PRINTABLE = /^[^\p{Cc}\p{Cs}]*$/u;
const LONGEST_PERMISSION = 128;

export class SaveRoleRequest {
  @ApiPropertyOptional({
    type: String,
    nullable: true,
    maxLength: LONGEST_DESCRIPTION,
    example: 'Helps people who cannot sign in',
  })
  @IsOptional()
  @MaxLength(LONGEST_DESCRIPTION, { message: `This must be at most ${LONGEST_DESCRIPTION} characters.` })
  @Matches(PRINTABLE, { message: 'This must have no control character.' })
  @IsString({ message: 'This must be a text.' })
  readonly description?: string | null;

  @ApiProperty({
    type: [String],
    uniqueItems: true,
    maxItems: MOST_PERMISSIONS,
    description: 'All that its holders may do; see `GET /v1/permissions`',
    example: ['users:read'],
  })
  @MaxLength(LONGEST_PERMISSION, { each: true, message: 'This must be a list of permissions.' })
  @ArrayUnique({ message: 'Name each permission once.' })
  @ArrayMaxSize(MOST_PERMISSIONS, { message: `This must be at most ${MOST_PERMISSIONS} permissions.` })
  @IsArray({ message: 'This must be a list of permissions.' })
  readonly permissions: string[];
}

export class RoleResponse {
  @ApiProperty({ example: 'support' })
  readonly name: string;

  @ApiProperty({ type: String, nullable: true, example: 'Helps people who cannot sign in' })
  readonly description: string | null;

  @ApiProperty({
    type: [String],
    description: 'As stored; `admin` has all there are',
    example: ['users:read'],
  })
  readonly permissions: readonly string[];

  @ApiProperty({ type: String, format: 'date-time' })
  readonly createdAt: string;

  @ApiProperty({ type: String, format: 'date-time' })
  readonly updatedAt: string;

  static of({ name, description, permissions, createdAt, updatedAt }: Role): RoleResponse {
    const instants = { createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
    return { name, description, permissions, ...instants };
  }
}

export class RoleListResponse extends PageType(RoleResponse) {}

export class PermissionResponse {
  @ApiProperty({ example: 'users:read' })
  readonly name: string;

  @ApiProperty({ example: 'See every account' })
  readonly description: string;
}

export class PermissionListResponse {
  @ApiProperty({ type: [PermissionResponse] })
  readonly items: readonly PermissionResponse[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Always null: they are all there',
    example: null,
  })
  readonly nextCursor: string | null;
}
