import type { Environment } from '../platform/config';

export class AuthSettings {
  /** Whether an account can sign in before its address is proven. */
  readonly requireVerifiedEmail: boolean;

  constructor(environment: Environment) {
    this.requireVerifiedEmail = environment.boolean(
      'REQUIRE_VERIFIED_EMAIL',
      environment.mode !== 'development',
    );
  }
}
