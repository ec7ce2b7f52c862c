import { Global, Module } from '@nestjs/common';
import { ConfigModule } from '../config';
import { DatabaseModule } from '../database';
import { RateLimiter } from './rate-limiter';
import { RateLimitsDoctorCheck } from './rate-limits.doctor';
import { RateLimitSettings } from './rate-limits.settings';
import { RateLimitStore } from './rate-limit.store';
import { CreateAttempts1795300000000 } from './migrations/1795300000000-create-attempts';
import { SourceRateLimiter } from './rate-limit.decorator';

@Global()
@Module({
  imports: [
    ConfigModule.forFeature(RateLimitSettings),
    DatabaseModule.forFeature([], [CreateAttempts1795300000000]),
  ],
  providers: [RateLimitStore, RateLimiter, SourceRateLimiter, RateLimitsDoctorCheck],
  exports: [ConfigModule, RateLimiter, SourceRateLimiter],
})
export class RateLimitsModule {}
