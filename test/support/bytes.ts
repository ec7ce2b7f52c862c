import { once } from 'node:events';
import { connect } from 'node:net';
import type { Answer, ProblemBody } from './api';

/** Sends what no well-behaved client would, and reads until the server closes. */
export async function sendBytes(
  url: string,
  ...bytes: readonly (string | Uint8Array)[]
): Promise<Answer<ProblemBody>> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const received: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => received.push(chunk));
  for (const part of bytes) socket.write(part);
  await once(socket, 'close');
  return parse(Buffer.concat(received).toString());
}

/** A request line, headers and no body. */
export async function sendHead(
  url: string,
  requestLine: string,
  ...headers: readonly string[]
): Promise<Answer<ProblemBody>> {
  const lines = [`${requestLine} HTTP/1.1`, 'host: auth.example.test', 'connection: close', ...headers];
  return sendBytes(url, `${lines.join('\r\n')}\r\n\r\n`);
}

function parse(answer: string): Answer<ProblemBody> {
  const [head = '', ...rest] = answer.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const text = rest.join('\r\n\r\n');
  const headers = new Headers(
    lines.map((line): [string, string] => {
      const [name = '', ...value] = line.split(':');
      return [name, value.join(':').trim()];
    }),
  );
  const body = text.startsWith('{') ? (JSON.parse(text) as ProblemBody) : ({} as ProblemBody);
  return { status: Number(statusLine.split(' ')[1]), headers, body, text };
}
