import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  Injectable,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Clock } from '../platform/clock';
import { ApiProblems } from '../platform/http';
import { InsufficientUserAuthentication } from './access.errors';
import { AccessSettings } from './access.settings';
import type { Principal } from './principal';

const RECENT_SIGN_IN = Symbol('recent sign-in');

/** For what a stolen access token must not be enough for: the user proved who they are within `RECENT_SIGN_IN_MINUTES`. */
export function RequireRecentSignIn(): ReturnType<typeof applyDecorators> {
  return applyDecorators(SetMetadata(RECENT_SIGN_IN, true), ApiProblems(InsufficientUserAuthentication));
}

/** Is it still you? Comes after the guard that says who. */
@Injectable()
export class RecentSignInGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly clock: Clock,
    private readonly settings: AccessSettings,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    if (!this.reflector.getAllAndOverride<boolean | undefined>(RECENT_SIGN_IN, targets)) return true;
    const { user } = context.switchToHttp().getRequest<{ user?: Principal }>();
    const { recentSignInSeconds } = this.settings;
    const sinceSeconds = user ? (this.clock.nowMs() - user.authenticatedAt.getTime()) / 1_000 : Infinity;
    if (sinceSeconds > recentSignInSeconds) throw new InsufficientUserAuthentication(recentSignInSeconds);
    return true;
  }
}
