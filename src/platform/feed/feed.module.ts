import { Global, Module } from '@nestjs/common';
import { DatabaseModule } from '../database';
import { Feed } from './feed';
import { FeedDiagnosis } from './feed.diagnosis';
import { FeedMetrics } from './feed.metrics';
import { FeedUpkeep } from './feed.upkeep';
import { CreateChanges1795100000000 } from './migrations/1795100000000-create-changes';

@Global()
@Module({
  imports: [DatabaseModule.forFeature([], [CreateChanges1795100000000])],
  providers: [Feed, FeedMetrics, FeedUpkeep, FeedDiagnosis],
  exports: [Feed],
})
export class FeedModule {}
