import { Global, Module } from '@nestjs/common';
import { DatabaseModule } from '../database';
import { CreateJobs1795100000500 } from './migrations/1795100000500-create-jobs';
import { JobScheduler } from './job-scheduler';

@Global()
@Module({
  imports: [DatabaseModule.forFeature([], [CreateJobs1795100000500])],
  providers: [JobScheduler],
  exports: [JobScheduler],
})
export class JobsModule {}
