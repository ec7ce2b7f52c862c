/**
 * Runs work whose signal aborts after `withinMs`. The running timer holds the controller: Node may collect the signal of
 * `AbortSignal.timeout`, which never aborts then.
 */
export async function withDeadline<T>(
  withinMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const abort = () => controller.abort(new DOMException('No answer in time.', 'TimeoutError'));
  const timer = setTimeout(abort, withinMs);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}
