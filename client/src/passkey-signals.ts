import type { components } from './generated/openapi.ts';

/** Passkeys have these members. */
export type ListedFactor = components['schemas']['FactorResponse'] & {
  readonly credentialId?: string;
  /** The name under which authenticators know the user. */
  readonly userHandle?: string;
};

/** The signals of WebAuthn to password managers, in browsers that have them. */
interface Signals {
  signalUnknownCredential?(options: { readonly rpId: string; readonly credentialId: string }): Promise<void>;
  signalAllAcceptedCredentials?(options: {
    readonly rpId: string;
    readonly userId: string;
    readonly allAcceptedCredentialIds: readonly string[];
  }): Promise<void>;
}

function signals(): Signals {
  return (globalThis as { readonly PublicKeyCredential?: Signals }).PublicKeyCredential ?? {};
}

/** Reports a passkey that the server does not know (any more), so that it is no longer offered. */
export async function signalUnknownPasskey(
  credentialId: string,
  readRpId: () => Promise<string | undefined>,
): Promise<void> {
  const browser = signals();
  await ignoreErrors(async () => {
    const rpId = browser.signalUnknownCredential && (await readRpId());
    if (rpId !== undefined) await browser.signalUnknownCredential?.({ rpId, credentialId });
  });
}

/** Reports the passkeys of the user; others of the same user are then no longer offered. */
export async function signalAcceptedPasskeys(
  factors: readonly ListedFactor[],
  readRpId: () => Promise<string | undefined>,
): Promise<void> {
  const browser = signals();
  const userId = factors.find(({ userHandle }) => userHandle !== undefined)?.userHandle;
  await ignoreErrors(async () => {
    if (!browser.signalAllAcceptedCredentials || userId === undefined) return;
    const rpId = await readRpId();
    if (rpId === undefined) return;
    const allAcceptedCredentialIds = factors.flatMap(({ credentialId }) => credentialId ?? []);
    await browser.signalAllAcceptedCredentials({ rpId, userId, allAcceptedCredentialIds });
  });
}

/** A signal tidies a list of the user. Where it fails, nothing else does. */
async function ignoreErrors(work: () => Promise<void>): Promise<void> {
  await work().catch(() => undefined);
}
