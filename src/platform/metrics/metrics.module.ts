import { Global, Module } from '@nestjs/common';
import { ConfigModule } from '../config';
import { Metrics } from './metrics';
import { MetricsController } from './metrics.controller';
import { MetricsServer } from './metrics-server';
import { MetricsSettings } from './metrics.settings';

@Global()
@Module({
  imports: [ConfigModule.forFeature(MetricsSettings)],
  controllers: [MetricsController],
  providers: [Metrics, MetricsServer],
  exports: [Metrics],
})
export class MetricsModule {}
