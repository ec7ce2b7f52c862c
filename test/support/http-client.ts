import { Agent, request } from 'node:http';

export interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

// `fetch` takes three times the CPU of this, and the suite sends tens of thousands of requests.
const agent = new Agent({ keepAlive: true });

/**
 * Sends one request and reads the whole answer; redirects are not followed.
 *
 * @param body sent with its length; null: none
 */
export async function sendRequest(
  method: string,
  url: string,
  headers: Headers,
  body: string | Uint8Array | null,
): Promise<Received> {
  const sent = { 'user-agent': 'node', ...Object.fromEntries(headers) };
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const length = bytes && { 'content-length': bytes.length };
  return new Promise((resolve, reject) => {
    const asked = request(new URL(url), { method, headers: { ...sent, ...length }, agent }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: headersOf(answer.rawHeaders),
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    asked.on('error', reject);
    asked.end(bytes ?? undefined);
  });
}

function headersOf(raw: readonly string[]): Headers {
  const headers = new Headers();
  for (let at = 0; at < raw.length; at += 2) headers.append(raw[at] ?? '', raw[at + 1] ?? '');
  return headers;
}
