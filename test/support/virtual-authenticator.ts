import type { CDPSession, Page } from 'playwright-core';

const OPTIONS = {
  protocol: 'ctap2',
  ctap2Version: 'ctap2_1',
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  // As those of a password manager: the counters of two copies do not rise together.
  defaultBackupEligibility: true,
  defaultBackupState: true,
  automaticPresenceSimulation: true,
} as const;

/** An authenticator of Chromium for one tab. Its user touches it at once, and is recognized. */
export class VirtualAuthenticator {
  private constructor(
    private readonly devtools: CDPSession,
    private readonly authenticatorId: string,
  ) {}

  static async of(page: Page): Promise<VirtualAuthenticator> {
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('WebAuthn.enable');
    const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', { options: OPTIONS });
    return new VirtualAuthenticator(devtools, authenticatorId);
  }

  /** Whether the user touches the authenticator at once. */
  async setPresent(enabled: boolean): Promise<void> {
    const { authenticatorId } = this;
    await this.devtools.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });
  }

  /** Whether the authenticator recognizes the user. */
  async setRecognized(isUserVerified: boolean): Promise<void> {
    const { authenticatorId } = this;
    await this.devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
  }

  async credentials() {
    const { authenticatorId } = this;
    return (await this.devtools.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
  }

  /** Gets the passkeys of another one, as by a password manager. */
  async copyFrom(other: VirtualAuthenticator): Promise<void> {
    const { authenticatorId } = this;
    for (const credential of await other.credentials())
      await this.devtools.send('WebAuthn.addCredential', { authenticatorId, credential });
  }
}
