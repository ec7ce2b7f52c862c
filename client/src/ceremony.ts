import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser';

type Library = typeof import('@simplewebauthn/browser');

interface Ceremony {
  readonly controller: AbortController;
  readonly ended: Promise<unknown>;
}

// The library learns of its own abort signal only after it has asked the browser for autofill.
const CANCEL_AGAIN_MS = 50;

// A browser has one prompt for a page, whatever the number of clients.
let current: Ceremony | undefined;

/**
 * Runs a prompt for passkeys once the former one has ended, which it aborts: a browser refuses a second one, and the
 * autofill of a form is a prompt, too.
 *
 * @param signals any of them aborts it
 * @throws AbortError where another prompt was opened; the reason of the signal that aborted
 */
export async function runCeremony<T>(
  work: (signal: AbortSignal) => Promise<T>,
  ...signals: readonly (AbortSignal | undefined)[]
): Promise<T> {
  for (const signal of signals) signal?.throwIfAborted();
  const former = current;
  const controller = new AbortController();
  former?.controller.abort(new DOMException('Another passkey prompt was opened.', 'AbortError'));
  const run = (async () => {
    await former?.ended;
    controller.signal.throwIfAborted();
    return work(controller.signal);
  })();
  const ceremony = { controller, ended: run.catch(() => undefined) };
  current = ceremony;
  const aborts = signals.map((signal) => ({ signal, abort: () => controller.abort(signal?.reason) }));
  for (const { signal, abort } of aborts) signal?.addEventListener('abort', abort, { once: true });
  try {
    return await run;
  } finally {
    for (const { signal, abort } of aborts) signal?.removeEventListener('abort', abort);
    if (current === ceremony) current = undefined;
  }
}

/** Waits until no prompt is open. */
export async function whenIdle(): Promise<void> {
  if (!current) return;
  await current.ended;
  return whenIdle();
}

/** Loads the library, on demand, and opens a prompt of it. */
export async function prompt<T>(signal: AbortSignal, open: (library: Library) => Promise<T>): Promise<T> {
  const library = await import('@simplewebauthn/browser');
  signal.throwIfAborted();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const cancel = () => {
    library.WebAuthnAbortService.cancelCeremony();
    timer = setTimeout(cancel, CANCEL_AGAIN_MS);
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await open(library);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    // The error of the browser, whose names are those of WebAuthn.
    throw error instanceof library.WebAuthnError ? error.cause : error;
  } finally {
    signal.removeEventListener('abort', cancel);
    clearTimeout(timer);
  }
}

/** Asks for the signature of a passkey. @param options from the server */
export async function openPrompt(
  options: unknown,
  signal: AbortSignal,
  more: { readonly useBrowserAutofill?: boolean } = {},
): Promise<AuthenticationResponseJSON> {
  const optionsJSON = options as PublicKeyCredentialRequestOptionsJSON;
  return prompt(signal, async ({ startAuthentication }) => startAuthentication({ optionsJSON, ...more }));
}
