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
  @ApiOperation({
    operationId: 'getLiveness',
    summary: 'Liveness',
    description:
      'Answers 200 while the process runs and its event loop responds. ' +
      'Use it as the liveness probe of an orchestrator. ' +
      'It checks no dependency; use `GET /health/ready` before sending traffic.',
  })
  @ApiOkResponse({ type: HealthResponse })
  live(): HealthResponse {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({
    operationId: 'getReadiness',
    summary: 'Readiness',
    description:
      'Answers 200 when the database accepts writes, all migrations are applied and the signing keys are loaded, otherwise 503. ' +
      'Use it as the readiness probe of a load balancer. ' +
      'Run `npm run cli -- doctor` on the machine to find the cause of a 503.',
  })
  @ApiOkResponse({ type: ReadinessResponse })
  @ApiProblems(Unavailable)
  async ready(): Promise<ReadinessResponse> {
    return { status: 'ok', warnings: await this.readiness.check() };
  }
}
