/** The work was not over in time, and was given up. */
export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
  readonly code = 'EDEADLINE';

  constructor(withinMs: number) {
    super(`no answer within ${withinMs / 1_000} s`);
  }
}

/**
 * Runs work that is given up after `withinMs`, whether or not it listens to its signal. The running timer holds the controller: the signals
 * of `AbortSignal.timeout` and `AbortSignal.any` may be garbage collected, and never abort then.
 *
 * @param abandoned ends the work earlier
 * @throws DeadlineExceeded, or the reason of `abandoned`; the signal that the work got has aborted then
 */
export async function withDeadline<T>(
  withinMs: number,
  work: (signal: AbortSignal) => Promise<T>,
  abandoned?: AbortSignal,
): Promise<T> {
  abandoned?.throwIfAborted();
  const controller = new AbortController();
  const { signal } = controller;
  const abandon = () => controller.abort(abandoned?.reason);
  abandoned?.addEventListener('abort', abandon);
  const timer = setTimeout(() => controller.abort(new DeadlineExceeded(withinMs)), withinMs);
  const givenUp = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  try {
    return await Promise.race([work(signal), givenUp]);
  } finally {
    clearTimeout(timer);
    abandoned?.removeEventListener('abort', abandon);
  }
}
