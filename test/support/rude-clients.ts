import { once } from 'node:events';
import { type RegisteredRoute, RouteTable } from '../../src/platform/http';
import type { TestApp } from './app';
import { expectManners, expectService } from './fuzz';
import { inParallel } from './parallel';
import { exchange, open } from './wire';

const CONNECT = 'CONNECT elsewhere.example:443 HTTP/1.1\r\nhost: x\r\n\r\n';
const HALF = 'POST /v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{';

/** What a client has sent when it resets the connection. */
export const RESETS: Readonly<Record<string, string>> = {
  CONNECT,
  'CONNECT and more': CONNECT + 'x'.repeat(100_000),
  'what is no request': 'garbage\r\n\r\n',
  'half a request': HALF,
  'a request': 'GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nhost: x\r\n\r\n',
};

export async function expectHostNeeded(app: TestApp, routes: readonly RegisteredRoute[]): Promise<void> {
  for (const { method, url } of routes) {
    const bytes = `${method} ${url} HTTP/1.1\r\nconnection: close\r\n\r\n`;
    const { answers } = await exchange(app.api.url, bytes, { methods: [method] });
    expect([url, answers.map(({ status }) => status)]).toEqual([url, [400]]);
    for (const answer of answers) expectManners(answer);
  }
}

/** Sends so many requests at once on one connection: each is answered in its turn. */
export async function expectTurns(app: TestApp, count: number): Promise<void> {
  const { routes } = app.nest.get(RouteTable);
  const sent = Array.from({ length: count }, (_, at) => {
    const { method, url } = routes[at % routes.length] ?? { method: 'GET', url: '/' };
    const last = at === count - 1 ? 'connection: close\r\n' : '';
    const head = `${method} ${url} HTTP/1.1\r\nhost: x\r\nx-request-id: pipelined-${at}\r\n${last}`;
    return { method, bytes: `${head}content-type: application/json\r\ncontent-length: 2\r\n\r\n{}` };
  });
  const methods = sent.map(({ method }) => method);
  const { answers } = await exchange(app.api.url, sent.map(({ bytes }) => bytes).join(''), { methods });
  expect(answers.map(({ headers }) => headers.get('x-request-id'))).toEqual(
    sent.map((_, at) => `pipelined-${at}`),
  );
  for (const [at, answer] of answers.entries())
    if (!routes[at % routes.length]?.url.startsWith('/docs')) expectManners(answer);
}

/** Holds connections open, some without a byte and some in the middle of a request, while others are served. */
export async function expectServiceBeside(
  app: TestApp,
  { silent, stopped }: { readonly silent: number; readonly stopped: number },
): Promise<void> {
  const idle = await inParallel(silent + stopped, async (at) => {
    const socket = await open(app.api.url);
    if (at >= silent) socket.write(HALF);
    return socket;
  });
  const started = Date.now();
  await expectService(app);
  expect(Date.now() - started).toBeLessThan(2_000);
  for (const socket of idle) socket.destroy();
}

/** So many clients reset their connections, half of them once they are answered. */
export async function expectResetsSurvived(app: TestApp, bytes: string, count: number): Promise<void> {
  await inParallel(count, async (at) => {
    const socket = await open(app.api.url);
    socket.write(bytes);
    if (at % 2 === 0) await Promise.race([once(socket, 'readable'), once(socket, 'close')]);
    socket.resetAndDestroy();
  });
  await expectService(app);
}
