import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ConfigModule } from '../platform/config';
import { AccessSettings } from './access.settings';
import { JwtAuthGuard } from './jwt-auth.guard';

/** The doors, in order. */
@Module({
  imports: [ConfigModule.of(AccessSettings)],
  providers: [
    { provide: APP_GUARD, useClass: JwtAuthGuard }, // who are you?
  ],
  exports: [ConfigModule],
})
export class AccessModule {}
