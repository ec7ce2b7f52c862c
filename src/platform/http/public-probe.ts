import { type IncomingMessage, request as requestHttp, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { once } from 'node:events';

const PATIENCE_MS = 3_000;
const MOST_BYTES = 64 * 1024;

/** What came back; no redirect is followed. */
export interface Seen {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Of this host, on that connection. */
  readonly from: string | undefined;
}

/** Why nothing came back, as Node calls it: `ECONNREFUSED`, `CERT_HAS_EXPIRED`, … */
export interface Unseen {
  readonly failure: string;
}

export interface Question {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: object;
}

/** Asks as a stranger would, past no cache and by a connection of its own. */
export async function ask(
  url: string,
  { method = 'GET', headers = {}, json }: Question = {},
): Promise<Seen | Unseen> {
  const body = json && JSON.stringify(json);
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const options: RequestOptions = { method, headers: { ...type, ...headers }, agent: false, signal };
  const send = url.startsWith('https:') ? requestHttps : requestHttp;
  try {
    const sent = send(url, options).end(body);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const from = answer.socket.localAddress;
    return { status: answer.statusCode ?? 0, headers: answer.headers, body: await bodyOf(answer), from };
  } catch (error) {
    if (signal.aborted) return { failure: `no answer within ${PATIENCE_MS / 1_000} s` };
    const { code, message } = error as NodeJS.ErrnoException;
    return { failure: code ?? message };
  }
}

async function bodyOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of answer.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk;
    if (text.length > MOST_BYTES) break;
  }
  return text;
}
