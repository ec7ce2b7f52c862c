import { ProblemError } from '../src/index.ts';
import type { Passkeys } from '../src/passkeys.ts';

/** The sign-in form of a front end. */
export interface SignInForm {
  onPasskeyButton(act: () => Promise<void>): void;
  /** Shows why the sign-in failed; an empty text removes it. */
  show(because: string): void;
}

/** Offers passkeys in the sign-in form. Returns a function to call when the form is removed. */
export function offerPasskeys(passkeys: Passkeys, form: SignInForm): () => void {
  // The form has <input autocomplete="username webauthn">.
  const stop = passkeys.offerInAutofill((error) => form.show(messageOf(error)));
  form.onPasskeyButton(async () => form.show(await messageAfter(passkeys.signIn())));
  return stop;
}

async function messageAfter(work: Promise<void>): Promise<string> {
  return work.then(() => '').catch(messageOf);
}

function messageOf(error: unknown): string {
  if (error instanceof ProblemError) return error.problem.detail;
  const name = error instanceof Error ? error.name : '';
  // The user closed the prompt, or opened another one.
  if (name === 'NotAllowedError' || name === 'AbortError') return '';
  return name === 'SecurityError' ? 'Passkeys do not work at this address.' : 'The server cannot be reached.';
}
