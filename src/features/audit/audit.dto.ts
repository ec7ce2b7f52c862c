import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsUUID, Matches } from 'class-validator';
import { PageQuery, PageType } from '../../platform/http';
import { InstantParam } from './instant';

const TYPE = /^[a-z][a-z0-9-]{0,63}$/;
const NO_UUID = 'Use the identifier of a user.';

export class AuditEventsQuery extends PageQuery {
  @ApiPropertyOptional({ type: String, format: 'uuid', description: 'Who did it' })
  @IsOptional()
  @IsUUID('loose', { message: NO_UUID })
  readonly actorId?: string;

  @ApiPropertyOptional({ type: String, format: 'uuid', description: 'Whose account it is about' })
  @IsOptional()
  @IsUUID('loose', { message: NO_UUID })
  readonly subjectId?: string;

  @ApiPropertyOptional({ type: String, pattern: TYPE.source, description: 'What happened' })
  @IsOptional()
  @Matches(TYPE, { message: 'Use the type of an event, such as access-denied.' })
  readonly type?: string;

  @InstantParam('Nothing before that')
  readonly from?: Date;

  @InstantParam('Nothing from then on')
  readonly to?: Date;
}

export class AuditEventResponse {
  @ApiProperty({ format: 'uuid' })
  readonly id: string;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Its place in the chain; null for a second',
    example: 1042,
  })
  readonly sequence: number | null;

  @ApiProperty({ type: String, format: 'date-time' })
  readonly occurredAt: string;

  @ApiProperty({ description: 'What happened, such as `access-denied`', example: 'signed-in' })
  readonly type: string;

  @ApiProperty({ enum: ['success', 'failure'] })
  readonly outcome: string;

  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'Who did it' })
  readonly actorId: string | null;

  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'Whose account it is about' })
  readonly subjectId: string | null;

  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    example: '01a22289-4dfd-7000-8000-2450f80f08e4',
  })
  readonly sessionId: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Null where it was erased, too',
    example: '192.0.2.10',
  })
  readonly ipAddress: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Null where it was erased, too',
    example: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  })
  readonly userAgent: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The `X-Request-Id` of the request that did it',
    example: '01a22289-519c-712c-8898-762900c4b626',
  })
  readonly requestId: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'By the type of the event',
    example: {},
  })
  readonly details: Readonly<Record<string, unknown>>;
}

export class AuditEventListResponse extends PageType(AuditEventResponse) {}
