import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { PageOf } from '../platform/http';
import type { Session } from './session.entity';

export class EndSessionsQuery {
  @ApiPropertyOptional({ enum: ['true', 'false'], default: 'false', description: 'End the current one, too' })
  @IsOptional()
  @IsIn(['true', 'false'], { message: 'Use true or false.' })
  readonly includeCurrent?: 'true' | 'false';
}

export class SessionResponse {
  @ApiProperty({ format: 'uuid' })
  readonly id: string;

  @ApiProperty({ description: 'Whether this request was made in it' })
  readonly current: boolean;

  @ApiProperty({ type: String, format: 'date-time' })
  readonly createdAt: string;

  @ApiProperty({ type: String, format: 'date-time', description: 'When it was last refreshed' })
  readonly lastUsedAt: string;

  @ApiProperty({ type: String, format: 'date-time', description: 'When it is over if it is not used again' })
  readonly expiresAt: string;

  @ApiProperty({ type: String, nullable: true, description: 'Of its last use' })
  readonly ipAddress: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Of its last use, its first 256 characters' })
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

export class SessionListResponse extends PageOf(SessionResponse) {}
