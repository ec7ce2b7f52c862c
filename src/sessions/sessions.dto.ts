import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { PageType } from '../platform/http';
import type { Session } from './session.entity';

export class EndSessionsQuery {
  @ApiPropertyOptional({
    enum: ['true', 'false'],
    default: 'false',
    description: 'Revoke the current session, too',
  })
  @IsOptional()
  @IsIn(['true', 'false'], { message: 'Must be true or false.' })
  readonly includeCurrent?: 'true' | 'false';
}

export class SessionResponse {
  @ApiProperty({ format: 'uuid', example: '01a22289-4dfd-7000-8000-2450f80f08e4' })
  readonly id: string;

  @ApiProperty({ description: 'Whether the request was made in this session', example: true })
  readonly current: boolean;

  @ApiProperty({ type: String, format: 'date-time' })
  readonly createdAt: string;

  @ApiProperty({ type: String, format: 'date-time', description: 'When the session was last refreshed' })
  readonly lastUsedAt: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    description: 'When the session expires if it is not used again',
    example: '2026-12-12T14:22:33.469Z',
  })
  readonly expiresAt: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The address of the last use',
    example: '192.0.2.10',
  })
  readonly ipAddress: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The first 256 characters of the user agent of the last use',
    example: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  })
  readonly userAgent: string | null;

  static of(session: Session, expiresAt: Date, currentId: string): SessionResponse {
    const { id, createdAt, lastUsedAt, ipAddress, userAgent } = session;
    return {
      id,
      current: id === currentId,
      createdAt: createdAt.toISOString(),
      lastUsedAt: lastUsedAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
      ipAddress,
      userAgent,
    };
  }
}

export class SessionListResponse extends PageType(SessionResponse) {}
