import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequirePermissions } from '../../access';
import { ValidationFailed } from '../../platform/errors';
import { ApiProblems, toPage, parseCursor } from '../../platform/http';
import { AuditEventListResponse, AuditEventsQuery } from './audit.dto';
import { AuditStore } from './audit.store';

@ApiTags('audit')
@Controller({ path: 'audit-events', version: '1' })
export class AuditController {
  constructor(private readonly store: AuditStore) {}

  @Get()
  @RequirePermissions('audit:read')
  @ApiOperation({
    operationId: 'listAuditEvents',
    summary: 'List audit events',
    description:
      'Returns the recorded security events, the newest first, for auditors with the permission `audit:read`. ' +
      'Filter by actor, subject, type and time, and pass `nextCursor` as `cursor` to read the next page. ' +
      'To verify that the trail was not altered, run `npm run cli -- audit:verify` on the machine.',
  })
  @ApiOkResponse({ type: AuditEventListResponse })
  @ApiProblems(ValidationFailed)
  async list(@Query() query: AuditEventsQuery): Promise<AuditEventListResponse> {
    const { limit } = query;
    const part = { order: 'newest', after: parseCursor(query), limit: limit + 1 } as const;
    return toPage(await this.store.find(query, part), limit, (event) => event);
  }
}
