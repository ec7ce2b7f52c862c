import { once } from 'node:events';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

const WITHIN_MS = 5_000;
const MOST_BYTES = 128 * 1024;

/**
 * Reads a JSON document of another service. Follows no redirect, and refuses a compressed, long or slow response, so that
 * another service cannot exhaust the memory or the time of this one.
 */
export async function getJson(url: string): Promise<unknown> {
  const headers = { accept: 'application/json', 'accept-encoding': 'identity' };
  const sent = (url.startsWith('https:') ? requestHttps : requestHttp)(url, { headers, agent: false });
  const timer = setTimeout(() => sent.destroy(new Error('no answer in time')), WITHIN_MS);
  try {
    sent.on('error', () => undefined).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    if (answer.statusCode !== 200) throw new Error(`${url} responded with ${answer.statusCode}`);
    return JSON.parse(await textOf(answer)) as unknown;
  } finally {
    clearTimeout(timer);
    sent.destroy();
  }
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const { 'content-encoding': encoding = 'identity' } = answer.headers;
  if (encoding.toLowerCase() !== 'identity') throw new Error('the response is compressed');
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error(`the response is longer than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
