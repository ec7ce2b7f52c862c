import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ConfigModule } from '../platform/config';
import { AccessSettings } from './access.settings';
import { JwtAuthGuard } from './jwt-auth.guard';
import { SameSite } from './same-site';

/** The doors, in order. */
@Module({
  imports: [ConfigModule.of(AccessSettings)],
  providers: [
    SameSite,
    { provide: APP_GUARD, useClass: JwtAuthGuard }, // who are you?
  ],
  exports: [ConfigModule, SameSite],
})
export class AccessModule {}
