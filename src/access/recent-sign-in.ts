import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock';
import { type DecoratorTarget, extensionDecorator, Extensions } from '../platform/extensions';
import { InsufficientUserAuthentication } from './access.errors';
import { AccessSettings, CLOCK_SKEW_SECONDS } from './access.settings';
import { type Acr, ACRS, satisfiesAcr } from './acr';
import type { Principal } from './principal';
import { noteRecentSignIn, policyOf } from './route-policy';

export interface RecentSignInOptions {
  /** The level that the sign-in must have, whatever the user is able to reach. */
  readonly acr?: Acr;
}

/**
 * Requires an authentication within `RECENT_SIGN_IN_MINUTES`, so that a stolen access token is not enough, and of the level that the
 * providers with `@SignInLevel()` require of the user.
 */
export function RequireRecentSignIn({ acr = 'aal1' }: RecentSignInOptions = {}): ClassDecorator &
  MethodDecorator {
  return (...place: DecoratorTarget): void => noteRecentSignIn(place, acr);
}

/** States at which level a user has to be signed in where a recent sign-in is required. */
export interface SignInLevelProvider {
  requiredAcrOf(principal: Principal): Promise<Acr>;
}

/** Adds a `SignInLevelProvider`; the highest level of all providers is required. */
export const SignInLevel = extensionDecorator<object>();

/** Decides whether the sign-in of a principal is recent and strong enough. */
@Injectable()
export class RecentSignIn {
  constructor(
    private readonly clock: Clock,
    private readonly settings: AccessSettings,
    private readonly extensions: Extensions,
  ) {}

  /**
   * @param user the caller; one without an access token has not signed in
   * @param minimum the level that is required of every user
   * @throws InsufficientUserAuthentication with what is missing
   */
  async assert(user: Partial<Principal> | undefined, minimum: Acr): Promise<void> {
    const required = isPrincipal(user) ? await this.requiredAcr(user, minimum) : minimum;
    const isStrong = user?.acr !== undefined && satisfiesAcr(user.acr, required);
    if (isStrong && this.isRecent(user)) return;
    throw new InsufficientUserAuthentication(
      this.settings.recentSignInSeconds,
      isStrong || required === 'aal1' ? undefined : required,
    );
  }

  private isRecent({ authenticatedAt }: Partial<Principal>): boolean {
    const ageMs = this.clock.nowMs() - (authenticatedAt?.getTime() ?? -Infinity);
    return ageMs <= this.settings.recentSignInSeconds * 1_000 && ageMs >= -CLOCK_SKEW_SECONDS * 1_000;
  }

  private async requiredAcr(user: Principal, minimum: Acr): Promise<Acr> {
    const providers = this.extensions.of<SignInLevelProvider, object>(SignInLevel);
    const levels = await Promise.all(providers.map(async ({ provider }) => provider.requiredAcrOf(user)));
    return ACRS.findLast((acr) => acr === minimum || levels.includes(acr)) ?? minimum;
  }
}

function isPrincipal(user: Partial<Principal> | undefined): user is Principal {
  return user?.authenticatedAt !== undefined;
}

/** Enforces `@RequireRecentSignIn()`, after `JwtAuthGuard`. */
@Injectable()
export class RecentSignInGuard implements CanActivate {
  constructor(private readonly recent: RecentSignIn) {}

  canActivate(context: ExecutionContext): boolean | Promise<true> {
    const { recentSignIn, acr } = policyOf(context.getClass(), context.getHandler());
    return !recentSignIn || this.assert(context, acr);
  }

  private async assert(context: ExecutionContext, acr: Acr): Promise<true> {
    const { user } = context.switchToHttp().getRequest<{ user?: Partial<Principal> }>();
    await this.recent.assert(user, acr);
    return true;
  }
}
