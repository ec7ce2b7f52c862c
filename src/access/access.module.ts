import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { ConfigModule } from '../platform/config';
import { AccessSettings } from './access.settings';
import { JwtAuthGuard } from './jwt-auth.guard';
import { RecentSignIn, RecentSignInGuard } from './recent-sign-in';
import { PermissionsModule } from './permissions';
import { PermissionsGuard } from './require-permissions';
import { NonHttpHandlers } from './non-http-handlers';
import { RoutePolicyValidator } from './route-policy-validator';
import { CsrfProtection } from './csrf-protection';
import { PassportStrategies } from './passport-strategies';

/** The global guards, in the order in which they run. */
@Module({
  imports: [ConfigModule.forFeature(AccessSettings), DiscoveryModule, PermissionsModule],
  providers: [
    CsrfProtection,
    RecentSignIn,
    RoutePolicyValidator,
    NonHttpHandlers,
    PassportStrategies,
    { provide: APP_GUARD, useClass: JwtAuthGuard }, // authentication
    { provide: APP_GUARD, useClass: PermissionsGuard }, // authorization
    { provide: APP_GUARD, useClass: RecentSignInGuard }, // recent authentication
  ],
  exports: [ConfigModule, PermissionsModule, CsrfProtection, RecentSignIn],
})
export class AccessModule {}
