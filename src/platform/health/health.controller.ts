import { Controller, Get, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Unavailable } from '../errors';
import { ApiProblems, Public } from '../http';
import { Readiness } from './readiness';

class HealthResponse {
  @ApiProperty({ enum: ['ok'] })
  readonly status: 'ok';
}

class ReadinessResponse extends HealthResponse {
  @ApiProperty({
    type: [String],
    description: 'What an operator should look at, though requests are served',
    example: [],
  })
  readonly warnings: string[];
}

@ApiTags('health')
@Public()
@Controller({ path: 'health', version: VERSION_NEUTRAL })
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('live')
  @ApiOperation({ operationId: 'getLiveness', summary: 'The process runs and answers' })
  @ApiOkResponse({ type: HealthResponse })
  live(): HealthResponse {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({
    operationId: 'getReadiness',
    summary: 'Database, migrations and keys are as this build needs them',
  })
  @ApiOkResponse({ type: ReadinessResponse })
  @ApiProblems(Unavailable)
  async ready(): Promise<ReadinessResponse> {
    return { status: 'ok', warnings: await this.readiness.check() };
  }
}
