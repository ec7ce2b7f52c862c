import { DeadlineExceeded } from '../deadline';
import { type OutboundAnswer, sendRequest } from '../outbound';

const WITHIN_MS = 3_000;

/** What came back; no redirect is followed. */
export type Seen = OutboundAnswer;

/** Why nothing came back, as Node calls it: `ECONNREFUSED`, `CERT_HAS_EXPIRED`, … */
export interface ProbeFailure {
  readonly failure: string;
}

export interface ProbeRequest {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: object;
}

/** Asks as a stranger would, past no cache and by a connection of its own. */
export async function sendProbe(
  url: string,
  { method = 'GET', headers = {}, json }: ProbeRequest = {},
): Promise<Seen | ProbeFailure> {
  const body = json && { body: JSON.stringify(json) };
  const type = json && { 'content-type': 'application/json' };
  try {
    return await sendRequest(url, {
      method,
      headers: { ...type, ...headers },
      ...body,
      withinMs: WITHIN_MS,
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { failure: error instanceof DeadlineExceeded ? message : (code ?? message) };
  }
}
