import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { DeadlineExceeded } from '../deadline';
import { sendRequest } from './send-request';

const MOST_BYTES = 128 * 1024;

describe('the answer of another service', () => {
  let server: Server;
  let url: string;
  let answer: (request: IncomingMessage, response: ServerResponse) => unknown;

  beforeAll(async () => {
    server = createServer((request, response) => void answer(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const send = async (withinMs = 10_000, signal?: AbortSignal) =>
    sendRequest(url, { withinMs, ...(signal && { signal }) });

  it('is asked for uncompressed, and read to its end', async () => {
    answer = ({ headers }, response) => response.writeHead(201).end(`${headers['accept-encoding']}, ö`);
    expect(await send()).toMatchObject({ status: 201, body: 'identity, ö', localAddress: '127.0.0.1' });
  });

  it('is read up to a bound, and the connection of an endless one is closed', async () => {
    answer = (_, response) => response.end(Buffer.alloc(MOST_BYTES, 'a'));
    expect((await send()).body).toHaveLength(MOST_BYTES);
    let written = 0;
    const closed = new Promise<void>((resolve) => {
      answer = (_, response) => {
        const more = () => {
          while (!response.destroyed && response.write(Buffer.alloc(16_384, 'a'))) written += 16_384;
        };
        response.on('drain', more).on('close', resolve);
        more();
      };
    });
    await expect(send()).rejects.toThrow(`longer than ${MOST_BYTES} bytes`);
    await closed;
    // What the kernel had taken by then, and not the gigabytes that could have come.
    expect(written).toBeLessThan(64 * 1024 * 1024);
  });

  it.each([
    ['br', brotliCompressSync(Buffer.alloc(1_000))],
    ['GZIP', gzipSync(Buffer.alloc(1_000))],
    ['x-unknown', Buffer.from('a')],
  ])('is refused in %s', async (encoding, bytes) => {
    answer = (_, response) => response.writeHead(200, { 'content-encoding': encoding }).end(bytes);
    await expect(send()).rejects.toThrow('the answer is compressed');
  });

  it.each<[string, typeof answer]>([
    ['never begins', () => undefined],
    ['begins and never ends', (_, response) => response.writeHead(200).write('a')],
    [
      'goes on in drops',
      (_, response) => {
        const drops = setInterval(() => response.write('a'), 5);
        response.on('close', () => clearInterval(drops));
      },
    ],
  ])('that %s is given up, and its connection is closed', async (_, behaviour) => {
    const closed = new Promise((resolve) => {
      answer = (request, response) => {
        request.socket.once('close', resolve);
        behaviour(request, response);
      };
    });
    await expect(send(50)).rejects.toThrow(DeadlineExceeded);
    await closed;
  });

  it('is not waited for where the work that needs it is abandoned', async () => {
    const abandoned = new AbortController();
    answer = () => abandoned.abort(new Error('stopped'));
    await expect(send(10_000, abandoned.signal)).rejects.toThrow('stopped');
  });
});
