import { Global, Module } from '@nestjs/common';
import { DatabaseModule } from '../database';
import { ChangeFeed } from './change-feed';
import { ChangeFeedDoctorCheck } from './change-feed.doctor';
import { ChangeFeedMetrics } from './change-feed.metrics';
import { ChangeFeedJobs } from './change-feed.jobs';
import { CreateChanges1795100000000 } from './migrations/1795100000000-create-changes';

@Global()
@Module({
  imports: [DatabaseModule.forFeature([], [CreateChanges1795100000000])],
  providers: [ChangeFeed, ChangeFeedMetrics, ChangeFeedJobs, ChangeFeedDoctorCheck],
  exports: [ChangeFeed],
})
export class ChangeFeedModule {}
