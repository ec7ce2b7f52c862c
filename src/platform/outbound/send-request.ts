import { once } from 'node:events';
import { type IncomingMessage, request as requestHttp, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { withDeadline } from '../deadline';

const MOST_BYTES = 128 * 1024;

export interface OutboundRequest {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For the whole answer, its body included. */
  readonly withinMs: number;
  /** Ends the request earlier. */
  readonly signal?: AbortSignal;
}

export interface OutboundAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly localAddress: string | undefined;
}

/**
 * Sends a request to another service, on a connection of its own, and reads the answer up to 128 KiB. No redirect is followed. A compressed
 * answer is refused: a few bytes of it could become gigabytes.
 *
 * @throws Error where there is no such answer in time
 */
export async function sendRequest(
  url: string,
  { method = 'GET', headers, body, withinMs, signal }: OutboundRequest,
): Promise<OutboundAnswer> {
  return withDeadline(
    withinMs,
    async (over) => {
      const options: RequestOptions = {
        method,
        headers: { ...headers, 'accept-encoding': 'identity' },
        agent: false,
        signal: over,
      };
      const sent = (url.startsWith('https:') ? requestHttps : requestHttp)(url, options);
      // What goes wrong once the answer has begun shows in the answer.
      sent.on('error', () => undefined);
      sent.end(body);
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      const { statusCode = 0, headers: received, socket } = answer;
      const { localAddress } = socket;
      return { status: statusCode, headers: received, body: await bodyOf(answer), localAddress };
    },
    signal,
  );
}

async function bodyOf(answer: IncomingMessage): Promise<string> {
  const { 'content-encoding': encoding = 'identity' } = answer.headers;
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    if (encoding.toLowerCase() !== 'identity') throw new Error('the answer is compressed');
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) throw new Error(`the answer is longer than ${MOST_BYTES} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString();
  } finally {
    answer.destroy();
  }
}
