import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, ProblemBody } from './api';

export interface Exchange {
  readonly answers: Answer<ProblemBody>[];
  readonly milliseconds: number;
}

export interface Manner {
  /** Of each request, where an answer could be one to HEAD. */
  readonly methods?: readonly string[];
  /** Says with a FIN that nothing more will come. */
  readonly halfClose?: boolean;
  readonly patienceMs?: number;
}

export async function open(url: string, allowHalfOpen = false): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen });
  // A server may reset what it has answered already; what it answered is what counts.
  socket.on('error', () => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** Sends bytes as they are and reads every answer until the server closes; fails where it does not. */
export async function exchange(
  url: string,
  bytes: string | Uint8Array,
  { methods = [], halfClose = false, patienceMs = 2_000 }: Manner = {},
): Promise<Exchange> {
  const socket = await open(url);
  const received: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => received.push(chunk));
  const started = performance.now();
  const closed = new Promise<'closed'>((resolve) => socket.once('close', () => resolve('closed')));
  socket.write(bytes);
  if (halfClose) socket.end();
  const giveUp = new AbortController();
  const late = sleep(patienceMs, 'late', { signal: giveUp.signal }).catch(() => 'given up');
  const end = await Promise.race([closed, late]);
  giveUp.abort();
  socket.destroy();
  const text = Buffer.concat(received).toString('latin1');
  if (end === 'late') throw new Error(`no end after ${patienceMs} ms; received: ${text.slice(0, 500)}`);
  return { answers: parseAnswers(text, methods), milliseconds: performance.now() - started };
}

/** @param text in Latin 1, so that a character is a byte */
function parseAnswers(text: string, methods: readonly string[]): Answer<ProblemBody>[] {
  const answers: Answer<ProblemBody>[] = [];
  let rest = text;
  while (rest.length > 0) {
    const { answer, length } = parseAnswer(rest, methods[answers.length] === 'HEAD');
    rest = rest.slice(length);
    if (answer.status >= 200) answers.push(answer);
  }
  return answers;
}

function parseAnswer(text: string, toHead: boolean): { answer: Answer<ProblemBody>; length: number } {
  const [head = ''] = text.split('\r\n\r\n', 1);
  const [statusLine = '', ...lines] = head.split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1]);
  if (Number.isNaN(status)) throw new Error(`no HTTP: ${text.slice(0, 200)}`);
  const headers = new Headers(
    lines.map((line): [string, string] => [
      line.slice(0, line.indexOf(':')),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
  const after = text.slice(head.length + 4);
  // The parser's own verdict on a broken request has a body, whatever the method was.
  const headOnly = toHead && !after.startsWith('{');
  const empty = headOnly || status < 200 || status === 204 || status === 304;
  const body = empty ? { bytes: '', length: 0 } : bodyOf(after, headers);
  const utf8 = Buffer.from(body.bytes, 'latin1').toString();
  const isJson = /json/.test(headers.get('content-type') ?? '') && utf8 !== '';
  const parsed = (isJson ? JSON.parse(utf8) : {}) as ProblemBody;
  return { answer: { status, headers, text: utf8, body: parsed }, length: head.length + 4 + body.length };
}

function bodyOf(text: string, headers: Headers): { bytes: string; length: number } {
  if (headers.get('transfer-encoding') === 'chunked') return unchunk(text);
  const length = Number(headers.get('content-length') ?? text.length);
  if (text.length < length) throw new Error(`an answer of ${length} bytes ends after ${text.length}`);
  return { bytes: text.slice(0, length), length };
}

function unchunk(text: string): { bytes: string; length: number } {
  let bytes = '';
  let at = 0;
  for (;;) {
    const end = text.indexOf('\r\n', at);
    const size = Number.parseInt(text.slice(at, end), 16);
    if (end < 0 || Number.isNaN(size)) throw new Error('an answer ends within its chunks');
    bytes += text.slice(end + 2, end + 2 + size);
    at = end + 2 + size + 2;
    if (size === 0) return { bytes, length: at };
  }
}
