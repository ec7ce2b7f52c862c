import type { Environment } from '../platform/config';
import { warningFinding } from '../platform/doctor';

/** How far the clocks of two instances may differ. An instant further ahead was dated by a clock that has gone back since. */
export const CLOCK_SKEW_SECONDS = 30;

/** No access token lives longer than this, whatever the setting was when it was signed. */
export const LONGEST_ACCESS_TOKEN_MINUTES = 60;

/** Resource servers that verify tokens by the key set alone accept them for this long after a revocation. */
const LONG_ACCESS_TOKEN_SECONDS = 15 * 60;

export class AccessSettings {
  /** How long an access token lives, in seconds. */
  readonly accessTokenSeconds: number;
  /**
   * How long to remember whatever refuses access tokens that were signed before it, in milliseconds. A minute more than they
   * live, because the instants of one request differ a little, and so do the clocks of two instances.
   */
  readonly revocationRetentionMs: number;

  /** How long ago somebody may have proven who they are where a recent sign-in is asked for, in seconds. */
  readonly recentSignInSeconds: number;

  /** Whether an account can sign in, and stay signed in, before its address is proven. */
  readonly requireVerifiedEmail: boolean;

  constructor(environment: Environment) {
    this.requireVerifiedEmail = environment.boolean(
      'REQUIRE_VERIFIED_EMAIL',
      environment.mode !== 'development',
    );
    const minutes = environment.number('ACCESS_TOKEN_MINUTES', 15, {
      min: 0.05,
      max: LONGEST_ACCESS_TOKEN_MINUTES,
    });
    this.accessTokenSeconds = Math.round(minutes * 60);
    const recent = environment.number('RECENT_SIGN_IN_MINUTES', 15, { min: 0.05, max: 1_440 });
    this.recentSignInSeconds = Math.round(recent * 60);
    this.revocationRetentionMs = (this.accessTokenSeconds + 60) * 1_000;
    if (!this.requireVerifiedEmail)
      environment.addFinding(
        warningFinding(
          'accounts can sign in before their email address is verified, and registration reveals which addresses are taken',
          'REQUIRE_VERIFIED_EMAIL=true',
        ),
      );
    if (this.accessTokenSeconds > LONG_ACCESS_TOKEN_SECONDS)
      environment.addFinding(
        warningFinding(
          `an access token is valid for ${minutes} minutes`,
          'ACCESS_TOKEN_MINUTES of 15 or less',
        ),
      );
  }
}
