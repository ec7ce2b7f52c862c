import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { acceptBodies } from '../../../src/platform/http';
import { createFastify } from '../../../src/platform/http/fastify';
import { exchange, open } from '../../support/wire';

type Server = ReturnType<ReturnType<NestFastifyApplication['getHttpAdapter']>['getInstance']>;

const SHORT = {
  headers: 200,
  request: 500,
  check: 20,
  keepAlive: 200,
  stall: 300,
  linger: 100,
  lastAnswers: 500,
};
const POST = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';

describe('a connection', () => {
  describe('where the limits of time are shortened', () => {
    let server: Server;
    let url: string;

    beforeAll(async () => {
      server = createFastify(SHORT).getInstance();
      acceptBodies(server);
      server.post('/', async ({ body }) => ({ received: body }));
      server.get('/much', async () => Buffer.alloc(50_000_000));
      url = await server.listen({ port: 0, host: '127.0.0.1' });
    });

    afterAll(async () => server.close());

    const openConnections = async (): Promise<number> =>
      new Promise((resolve, reject) =>
        server.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      );

    /** Goes on writing what a patient attacker would, until the server has had enough. */
    async function trickle(first: string, piece: string): Promise<{ status: string; lastedMs: number }> {
      const socket = await open(url);
      const started = performance.now();
      let received = '';
      socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
      socket.write(first);
      const drops = setInterval(() => socket.writable && socket.write(piece), 20);
      await once(socket, 'close');
      clearInterval(drops);
      return { status: received.slice(9, 12), lastedMs: performance.now() - started };
    }

    const goneAfter = async (socket: Socket): Promise<number> => {
      const started = performance.now();
      while ((await openConnections()) > 0) await new Promise((resolve) => setTimeout(resolve, 10));
      socket.destroy();
      return performance.now() - started;
    };

    it('that is quick is answered', async () => {
      const { answers } = await exchange(url, `${POST}connection: close\r\ncontent-length: 2\r\n\r\n{}`);
      expect(answers.map(({ status }) => status)).toEqual([200]);
    });

    it.each([
      ['a head', POST, 'x: y\r\n', SHORT.headers],
      ['a request line', 'GET /', 'a', SHORT.headers],
      ['a body', `${POST}content-length: 60000\r\n\r\n`, ' ', SHORT.request],
      ['a body of chunks', `${POST}transfer-encoding: chunked\r\n\r\n`, '1\r\n \r\n', SHORT.request],
    ])('over which %s trickles in ends with 408, however steadily', async (_, first, piece, limitMs) => {
      const { status, lastedMs } = await trickle(first, piece);
      expect(status).toBe('408');
      expect(lastedMs).toBeGreaterThan(limitMs - SHORT.check);
      expect(lastedMs).toBeLessThan(limitMs + 1_000);
    });

    it('that is kept open ends when no other request comes', async () => {
      const { answers } = await exchange(url, `${POST}content-length: 2\r\n\r\n{}`);
      expect(answers.map(({ status }) => status)).toEqual([200]);
    });

    it('whose client does not read the answer ends', async () => {
      const socket = await open(url);
      socket.pause();
      socket.write('GET /much HTTP/1.1\r\nhost: x\r\n\r\n');
      expect(await goneAfter(socket)).toBeLessThan(2_000);
    });

    it.each([
      ['what is no request', 'garbage\r\n\r\n'],
      ['CONNECT', 'CONNECT elsewhere.example:443 HTTP/1.1\r\nhost: x\r\n\r\n'],
      ['a head that is too large', `GET / HTTP/1.1\r\nx: ${'a'.repeat(64_000)}`],
    ])('that was refused for %s ends, though the client neither stops nor hangs up', async (_, bytes) => {
      const socket = await open(url, true);
      socket.resume().write(bytes);
      const more = setInterval(() => socket.writable && socket.write('more'), 10);
      await once(socket, 'end');
      expect(await goneAfter(socket)).toBeLessThan(1_000);
      clearInterval(more);
    });
  });
});
