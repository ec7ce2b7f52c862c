import type { Environment } from '../platform/config';
import { HttpSettings } from '../platform/http';

export class AuthSettings {
  /** Whether an account can sign in before its address is proven. */
  readonly requireVerifiedEmail: boolean;
  /** The front end's page for the user's own account. */
  readonly accountUrl: string;

  constructor(environment: Environment) {
    this.requireVerifiedEmail = environment.boolean('REQUIRE_VERIFIED_EMAIL', true);
    const schemes = environment.production ? ['https:'] : ['https:', 'http:'];
    this.accountUrl =
      environment.url('ACCOUNT_URL', schemes)?.href ?? `${environment.of(HttpSettings).publicUrl}/account`;
  }
}
