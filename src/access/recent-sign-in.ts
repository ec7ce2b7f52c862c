import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock';
import type { DecoratorTarget } from '../platform/extensions';
import { InsufficientUserAuthentication } from './access.errors';
import { AccessSettings, CLOCK_SKEW_SECONDS } from './access.settings';
import type { Principal } from './principal';
import { noteRecentSignIn, policyOf } from './route-policy';

/** Requires an authentication within `RECENT_SIGN_IN_MINUTES`, so that a stolen access token is not enough. */
export function RequireRecentSignIn(): ClassDecorator & MethodDecorator {
  return (...place: DecoratorTarget): void => noteRecentSignIn(place);
}

/** Enforces `@RequireRecentSignIn()`, after `JwtAuthGuard`. */
@Injectable()
export class RecentSignInGuard implements CanActivate {
  constructor(
    private readonly clock: Clock,
    private readonly settings: AccessSettings,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    if (!policyOf(context.getClass(), context.getHandler()).recentSignIn) return true;
    const { user } = context.switchToHttp().getRequest<{ user?: Partial<Principal> }>();
    const { recentSignInSeconds } = this.settings;
    // A caller without an access token has not signed in.
    const authenticatedAtMs = user?.authenticatedAt?.getTime() ?? -Infinity;
    const ageMs = this.clock.nowMs() - authenticatedAtMs;
    const isRecent = ageMs <= recentSignInSeconds * 1_000 && ageMs >= -CLOCK_SKEW_SECONDS * 1_000;
    if (!isRecent) throw new InsufficientUserAuthentication(recentSignInSeconds);
    return true;
  }
}
