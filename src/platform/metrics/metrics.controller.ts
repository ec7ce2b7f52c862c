import { Controller, Get, Res, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { NotFound, Public } from '../http';
import { Metrics } from './metrics';
import { MetricsSettings } from './metrics.settings';

@ApiExcludeController()
@Controller({ path: 'metrics', version: VERSION_NEUTRAL })
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly settings: MetricsSettings,
  ) {}

  @Public()
  @Get()
  async read(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    if (this.settings.port !== undefined) throw new NotFound();
    reply.header('content-type', this.metrics.contentType);
    return this.metrics.render();
  }
}
