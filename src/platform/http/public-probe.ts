import { DeadlineExceeded } from '../deadline';
import { type OutboundAnswer, sendRequest } from '../outbound';

const WITHIN_MS = 3_000;

/** Why there was no response, as Node's error code: `ECONNREFUSED`, `CERT_HAS_EXPIRED`, … */
export interface ProbeFailure {
  readonly failure: string;
}

export interface ProbeRequest {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: object;
}

/** Sends a request without credentials on a connection of its own. No redirect is followed. */
export async function sendProbe(
  url: string,
  { method = 'GET', headers = {}, json }: ProbeRequest = {},
): Promise<OutboundAnswer | ProbeFailure> {
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
