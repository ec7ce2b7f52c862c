import { Global, Module } from '@nestjs/common';
import { ConfigModule } from '../config';
import { DatabaseModule } from '../database';
import { CreateRateLimits1795300000000 } from './migrations/1795300000000-create-rate-limits';
import { SourceRateLimiter } from './rate-limit.decorator';
import { RateLimitStore } from './rate-limit.store';
import { RateLimiter } from './rate-limiter';
import { RateLimitSettings } from './rate-limits.settings';

@Global()
@Module({
  imports: [
    ConfigModule.forFeature(RateLimitSettings),
    DatabaseModule.forFeature([], [CreateRateLimits1795300000000]),
  ],
  providers: [RateLimitStore, RateLimiter, SourceRateLimiter],
  exports: [ConfigModule, RateLimiter, SourceRateLimiter],
})
export class RateLimitsModule {}
