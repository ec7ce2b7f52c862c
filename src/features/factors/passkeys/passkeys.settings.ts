import type { Environment } from '../../../platform/config';
import { warningFinding } from '../../../platform/doctor';
import { HttpSettings } from '../../../platform/http';

/** A domain, whose last label has a letter: an IP address is no RP ID. */
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z](?:[a-z0-9-]*[a-z0-9])?$/;
/** How an Android application signs in place of an origin. */
const ANDROID_ORIGIN = /^android:apk-key-hash:[\w-]{43}$/;

/** To which domain passkeys belong, and which pages may use them. */
export class PasskeySettings {
  /** Whether a passkey alone signs in. */
  readonly signIn: boolean;
  /** The domain that browsers bind passkeys to (WebAuthn: RP ID). */
  readonly rpId: string;
  /** The exact origins of the pages that may use them. */
  readonly origins: readonly string[];

  constructor(environment: Environment) {
    const { origin, hostname } = new URL(environment.get(HttpSettings).publicUrl);
    this.signIn = environment.boolean('PASSKEY_SIGN_IN', true);
    const origins = this.readOrigins(environment);
    this.origins = origins.length > 0 ? origins : [origin];
    this.rpId = environment.string('WEBAUTHN_RP_ID') ?? hostname;
    if (environment.string('WEBAUTHN_RP_ID') !== undefined) this.checkRpId(environment, origin);
    else if (!DOMAIN.test(this.rpId))
      environment.addFinding(
        warningFinding(
          `passkeys do not work at ${hostname}, an IP address`,
          'use a domain or localhost in PUBLIC_URL, or set WEBAUTHN_RP_ID',
        ),
      );
  }

  private checkRpId(environment: Environment, publicOrigin: string): void {
    const hosts = [publicOrigin, ...this.origins].map((origin) => new URL(origin).hostname);
    if (!DOMAIN.test(this.rpId))
      environment.addFault(
        'WEBAUTHN_RP_ID',
        `is ${JSON.stringify(this.rpId)}`,
        'use a domain in lower case without scheme and port, as example.com',
      );
    else if (!hosts.some((host) => host === this.rpId || host.endsWith(`.${this.rpId}`)))
      environment.addFault(
        'WEBAUTHN_RP_ID',
        `is ${JSON.stringify(this.rpId)}, and no page of that domain is known`,
        'use the host of PUBLIC_URL or of one of WEBAUTHN_ORIGINS, or a parent domain of it',
      );
  }

  private readOrigins(environment: Environment): string[] {
    return environment.list('WEBAUTHN_ORIGINS').filter((text) => {
      const isOrigin = isSecureOrigin(text) || ANDROID_ORIGIN.test(text);
      if (!isOrigin)
        environment.addFault(
          'WEBAUTHN_ORIGINS',
          `has ${JSON.stringify(text)}`,
          'use exact https origins, as https://app.example.com, separated by commas',
        );
      return isOrigin;
    });
  }
}

/** Browsers offer passkeys over https, and over http at localhost only. */
function isSecureOrigin(text: string): boolean {
  if (text.includes('*') || !URL.canParse(text)) return false;
  const { origin, protocol, hostname } = new URL(text);
  return origin === text && (protocol === 'https:' || (protocol === 'http:' && hostname === 'localhost'));
}
