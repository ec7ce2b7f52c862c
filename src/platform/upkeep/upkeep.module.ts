import { Global, Module } from '@nestjs/common';
import { DatabaseModule } from '../database';
import { CreateUpkeep1795100000500 } from './migrations/1795100000500-create-upkeep';
import { Upkeep } from './upkeep';

@Global()
@Module({
  imports: [DatabaseModule.forFeature([], [CreateUpkeep1795100000500])],
  providers: [Upkeep],
  exports: [Upkeep],
})
export class UpkeepModule {}
