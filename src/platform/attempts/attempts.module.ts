import { Global, Module } from '@nestjs/common';
import { ConfigModule } from '../config';
import { DatabaseModule } from '../database';
import { Attempts } from './attempts';
import { AttemptsDiagnosis } from './attempts.diagnosis';
import { AttemptsSettings } from './attempts.settings';
import { AttemptsStore } from './attempts.store';
import { CreateAttempts1795300000000 } from './migrations/1795300000000-create-attempts';
import { SourceLimit } from './rate-limit';

@Global()
@Module({
  imports: [ConfigModule.of(AttemptsSettings), DatabaseModule.forFeature([], [CreateAttempts1795300000000])],
  providers: [AttemptsStore, Attempts, SourceLimit, AttemptsDiagnosis],
  exports: [ConfigModule, Attempts, SourceLimit],
})
export class AttemptsModule {}
