import { whenIdle } from './ceremony.ts';
import { withDeadline } from './deadline.ts';
import { ProblemError, UnexpectedAnswer } from './problem.ts';
import { unlessAborted } from './request-sender.ts';

// Below the five minutes for which the server accepts a challenge.
const RENEW_AFTER_MS = 4 * 60_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

interface OfferOptions {
  readonly onError: (error: unknown) => void;
  /** Ends the offer. */
  readonly signal: AbortSignal;
}

export async function isAutofillAvailable(): Promise<boolean> {
  const { PublicKeyCredential: Credential } = globalThis as {
    PublicKeyCredential?: { readonly isConditionalMediationAvailable?: () => Promise<boolean> };
  };
  return (await Credential?.isConditionalMediationAvailable?.()) ?? false;
}

/**
 * Repeats the offer until a credential was used, with growing pauses after failures.
 *
 * @param offer gets a signal that aborts when the challenge has to be renewed
 * @param use signs in
 */
export async function keepInAutofill<T>(
  offer: (deadline: AbortSignal) => Promise<T>,
  use: (credential: T) => Promise<void>,
  { onError, signal }: OfferOptions,
): Promise<void> {
  for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted;) {
    try {
      return await use(await withDeadline(RENEW_AFTER_MS, offer));
    } catch (error) {
      if (signal.aborted) return;
      const name = error instanceof Error ? error.name : '';
      const isServer =
        error instanceof ProblemError || error instanceof UnexpectedAnswer || name === 'TypeError';
      if (isServer) onError(error);
      // Another prompt was opened, or the challenge was too old.
      if (name === 'AbortError' || name === 'TimeoutError') pauseMs = FIRST_PAUSE_MS;
      else if (isServer || name === 'NotAllowedError') {
        await unlessAborted(new Promise((resolve) => setTimeout(resolve, pauseMs)), signal).catch(
          () => undefined,
        );
        pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      } else throw error;
      await whenIdle();
    }
  }
}
