import type { Environment } from '../platform/config';
import { warningFinding } from '../platform/doctor';

/** How far the clocks of two instances may differ. An instant further ahead was written under a clock that was set back since. */
export const CLOCK_SKEW_SECONDS = 30;

/** The longest lifetime of an access token, whatever the setting was when it was signed. */
export const LONGEST_ACCESS_TOKEN_MINUTES = 60;

/** Resource servers that verify tokens by the key set alone accept them for this long after a revocation. */
const LONG_ACCESS_TOKEN_SECONDS = 15 * 60;

export class AccessSettings {
  /** The lifetime of an access token, in seconds. */
  readonly accessTokenSeconds: number;
  /**
   * How long revocations and changes of roles are remembered, in milliseconds. A minute longer than access tokens live, because the
   * clocks of two instances and the instants of one request differ a little.
   */
  readonly revocationRetentionMs: number;

  /** The highest age of the last authentication where a recent sign-in is required, in seconds. */
  readonly recentSignInSeconds: number;

  /** Whether only accounts with a verified email address can sign in and refresh. */
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
